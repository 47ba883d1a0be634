// Counts the tasks in each namespace and finds its oldest process, in one pass over the processes.
import type { ProcessFact } from './facts.ts';
import { isKnown } from './known.ts';
import { type NamespaceType, namespaceTypes } from './namespace-types.ts';

export interface NamespaceTasks {
  processes: number;
  threads: number;
  forChildren: number;
  oldest: ProcessFact | undefined;
}

const childLinks = [
  ['pid_for_children', 'pid'],
  ['time_for_children', 'time'],
] as const;

/** Looks the tasks of a namespace up; none were seen in it: all zero. */
export interface TasksOfNamespaces {
  get(type: NamespaceType, inode: number): Readonly<NamespaceTasks>;
}

/** @param processes - sorted by pid, so that the older of two with one start time is the one with the smaller pid */
export function countTasks(processes: readonly ProcessFact[]): TasksOfNamespaces {
  const byType = new Map<NamespaceType, Map<number, NamespaceTasks>>(namespaceTypes.map((type) => [type, new Map()]));
  const at = (type: NamespaceType, inode: number): NamespaceTasks => {
    const inodes = byType.get(type);
    let tasks = inodes?.get(inode);
    if (!tasks) {
      tasks = { processes: 0, threads: 0, forChildren: 0, oldest: undefined };
      inodes?.set(inode, tasks);
    }
    return tasks;
  };
  for (const process of processes) {
    for (const type of namespaceTypes) {
      const inode = process.namespaces[type];
      if (!isKnown(inode)) continue;
      const tasks = at(type, inode);
      if (process.tid === process.pid) tasks.processes++;
      else tasks.threads++;
      if (!tasks.oldest || process.startTimeTicks < tasks.oldest.startTimeTicks) tasks.oldest = process;
    }
    for (const [link, type] of childLinks) {
      const inode = process.namespaces[link];
      if (isKnown(inode) && inode !== process.namespaces[type]) at(type, inode).forChildren++;
    }
  }
  return { get: (type, inode) => byType.get(type)?.get(inode) ?? noTasks };
}

const noTasks: Readonly<NamespaceTasks> = Object.freeze({
  processes: 0,
  threads: 0,
  forChildren: 0,
  oldest: undefined,
});
