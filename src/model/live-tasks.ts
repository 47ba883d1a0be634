// How many tasks are in each namespace of a state that events keep up, and which leads.
import { equalLinks, type LiveState, type LiveTask } from './live-state.ts';
import { type NamespaceType, namespaceLinks, namespaceTypes, readLinkType } from './namespace-types.ts';
import { isOlder } from './tasks-of-namespaces.ts';

export interface LiveTasks {
  /** Processes whose leader thread is in it. */
  count: number;
  /** Threads whose leader is elsewhere. */
  threads: number;
  /** Tasks whose children will be born in it. */
  forChildren: number;
  /** The oldest process, without one the oldest thread. */
  leader: LiveTask | undefined;
}

/** Another for each namespace that there is at one time. */
export function numberOf({ type, inode }: { readonly type: NamespaceType; readonly inode: number }): number {
  return inode * namespaceTypes.length + namespaceTypes.indexOf(type);
}

const linkNumbers = namespaceLinks.map((link) => namespaceTypes.indexOf(readLinkType(link)));

/** By what numberOf gives; those that nobody is in are absent. */
export function countLiveTasks(state: LiveState): Map<number, LiveTasks> {
  const tasks = new Map<number, LiveTasks>();
  const enter = (link: number, inode: number): LiveTasks => {
    const number = inode * namespaceTypes.length + (linkNumbers[link] ?? 0);
    let entry = tasks.get(number);
    if (!entry) {
      entry = { count: 0, threads: 0, forChildren: 0, leader: undefined };
      tasks.set(number, entry);
    }
    return entry;
  };
  for (const task of state.tasks.values()) {
    const isThread = task.tid !== task.pid;
    const leader = isThread ? state.tasks.get(task.pid)?.links : undefined;
    if (isThread && equalLinks(task.links, leader)) continue;
    for (const [link, inode] of task.links.entries()) {
      if (inode === 0) continue;
      if (link >= namespaceTypes.length) {
        if (inode !== task.links[linkNumbers[link] ?? 0]) enter(link, inode).forChildren++;
        continue;
      }
      if (isThread && leader?.[link] === inode) continue;
      const entry = enter(link, inode);
      if (isThread) entry.threads++;
      else entry.count++;
      if (!entry.leader || isOlder(task, entry.leader)) entry.leader = task;
    }
  }
  return tasks;
}

export function equalLiveTasks(a: LiveTasks | undefined, b: LiveTasks | undefined): boolean {
  if (!a || !b) return a === b;
  return a.count === b.count && a.threads === b.threads && a.forChildren === b.forChildren && a.leader === b.leader;
}
