// How many tasks are in each namespace of a state that events keep up, and which leads: kept up as well, process by process.

import { isOlder } from '../facts/tasks-of-namespaces.ts';
import {
  formatNamespace,
  type NamespaceType,
  namespaceLinks,
  namespaceTypes,
  readLinkType,
} from '../snapshot/namespace-types.ts';
import { equalLinks, type LiveState, type LiveTask } from './live-state.ts';

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
function numberOf(type: NamespaceType, inode: number): number {
  return inode * namespaceTypes.length + namespaceTypes.indexOf(type);
}

function keyOfNumber(number: number): string {
  const type = namespaceTypes[number % namespaceTypes.length] as NamespaceType;
  return formatNamespace(type, Math.floor(number / namespaceTypes.length));
}

const linkTypes = namespaceLinks.map((link) => namespaceTypes.indexOf(readLinkType(link)));

/** What a task is to a namespace. */
interface Part {
  readonly number: number;
  readonly what: 'count' | 'threads' | 'forChildren';
  readonly task: LiveTask;
}

export class LiveTaskCounts {
  readonly #tasks = new Map<number, LiveTasks>();
  /** Numbers of the namespaces that each process, or a thread of it, has a part in. */
  readonly #places = new Map<number, readonly Part[]>();

  constructor(state: LiveState) {
    this.update(state, new Set([...state.tasks.values()].map(({ pid }) => pid)));
  }

  /** Undefined where nobody is in it. */
  of(type: NamespaceType, inode: number): LiveTasks | undefined {
    return this.#tasks.get(numberOf(type, inode));
  }

  /** Takes note of processes that changed. @returns display forms of the namespaces of which another thing is to be said */
  update(state: LiveState, pids: ReadonlySet<number>): Set<string> {
    const touched = new Set<number>();
    const leaderless = new Set<number>();
    for (const pid of pids) {
      for (const { number, what, task } of this.#places.get(pid) ?? []) {
        const entry = this.#tasks.get(number);
        if (!entry) continue;
        entry[what]--;
        touched.add(number);
        if (entry.leader !== task) continue;
        entry.leader = undefined;
        leaderless.add(number);
      }
      const parts = findParts(state, pid);
      if (parts.length > 0) this.#places.set(pid, parts);
      else this.#places.delete(pid);
      for (const part of parts) {
        this.#enter(part);
        touched.add(part.number);
      }
    }
    this.#chooseLeaders(leaderless);
    for (const number of touched) {
      const entry = this.#tasks.get(number);
      if (entry && entry.count + entry.threads + entry.forChildren === 0) this.#tasks.delete(number);
    }
    return new Set([...touched].map(keyOfNumber));
  }

  #enter({ number, what, task }: Part): void {
    let entry = this.#tasks.get(number);
    if (!entry) {
      entry = { count: 0, threads: 0, forChildren: 0, leader: undefined };
      this.#tasks.set(number, entry);
    }
    entry[what]++;
    if (what !== 'forChildren' && (!entry.leader || isOlder(task, entry.leader))) entry.leader = task;
  }

  /** Where the one that led has left, whoever is the oldest of all others follows. */
  #chooseLeaders(leaderless: Set<number>): void {
    for (const number of leaderless) {
      const entry = this.#tasks.get(number);
      if (entry && entry.count + entry.threads > 0) entry.leader = undefined;
      else leaderless.delete(number);
    }
    if (leaderless.size === 0) return;
    for (const parts of this.#places.values())
      for (const { number, what, task } of parts) {
        if (what === 'forChildren' || !leaderless.has(number)) continue;
        const entry = this.#tasks.get(number) as LiveTasks;
        if (!entry.leader || isOlder(task, entry.leader)) entry.leader = task;
      }
  }
}

/** A thread that is where its process is adds nothing. */
function findParts(state: LiveState, pid: number): Part[] {
  const parts: Part[] = [];
  const leader = state.tasks.get(pid)?.links;
  for (const task of state.tasksOf(pid)) {
    const { links } = task;
    const isThread = task.tid !== pid;
    if (isThread && equalLinks(links, leader)) continue;
    for (let link = 0; link < links.length; link++) {
      const inode = links[link] ?? 0;
      const type = linkTypes[link] ?? 0;
      if (inode === 0) continue;
      const number = inode * namespaceTypes.length + type;
      if (link >= namespaceTypes.length) {
        if (inode !== links[type]) parts.push({ number, what: 'forChildren', task });
      } else if (!isThread || leader?.[link] !== inode)
        parts.push({ number, what: isThread ? 'threads' : 'count', task });
    }
  }
  return parts;
}
