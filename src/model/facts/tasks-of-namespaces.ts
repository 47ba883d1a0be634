// Counts the tasks in each namespace and finds its oldest process.

import { isKnown } from '../snapshot/known.ts';
import { type NamespaceType, namespaceTypes } from '../snapshot/namespace-types.ts';
import type { NamespaceInodes, ProcessFact } from './facts.ts';

/** Tasks that share one set of namespaces. Sources give equal sets as one object, so that this is one step a task. */
export interface TaskGroup {
  processes: number;
  /** How many threads, by the namespaces that their leaders are in; undefined where a leader was not seen. */
  threads: Map<NamespaceInodes | undefined, number>;
  /** The oldest process; without one the oldest thread. */
  oldest: ProcessFact;
  /** A few of them, the oldest among them: paths to the namespaces, should one of them end. */
  readonly some: ProcessFact[];
}

const fewTasks = 3;

/** Of most groups: nothing is made for them that stays empty. */
const noThreads = new Map<NamespaceInodes | undefined, number>();

/** Groups tasks one at a time, so that a collector can do it while they come in: each leader before its threads. */
export class TaskGroups {
  readonly groups = new Map<NamespaceInodes, TaskGroup>();
  readonly #leaders = new Map<number, NamespaceInodes>();
  #lastSet: NamespaceInodes | undefined;
  #last: TaskGroup | undefined;

  add(task: ProcessFact): void {
    // Tasks of one set mostly come one after the other.
    let group = task.namespaces === this.#lastSet ? this.#last : this.groups.get(task.namespaces);
    this.#lastSet = task.namespaces;
    this.#last = group;
    if (!group) {
      group = { processes: 0, threads: noThreads, oldest: task, some: [] };
      this.groups.set(task.namespaces, group);
      this.#last = group;
    }
    if (task.tid === task.pid) {
      group.processes++;
      this.#leaders.set(task.pid, task.namespaces);
    } else {
      const leader = this.#leaders.get(task.pid);
      if (group.threads === noThreads) group.threads = new Map();
      group.threads.set(leader, (group.threads.get(leader) ?? 0) + 1);
    }
    if (isOlder(task, group.oldest)) group.oldest = task;
    if (group.some.length < fewTasks) group.some.push(task);
  }
}

type Aged = Pick<ProcessFact, 'pid' | 'tid' | 'startTimeTicks'>;

/**
 * The order in which the leader of a namespace is chosen: processes before threads, since the process of a thread is
 * elsewhere; then by start, then by number.
 */
export function isOlder(a: Aged, b: Aged): boolean {
  const bIsThread = b.tid !== b.pid;
  if ((a.tid !== a.pid) !== bIsThread) return bIsThread;
  return a.startTimeTicks < b.startTimeTicks || (a.startTimeTicks === b.startTimeTicks && a.tid < b.tid);
}

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

/** The tasks of each namespace. */
export class TasksOfNamespaces {
  readonly #byType = new Map<NamespaceType, Map<number, NamespaceTasks>>(
    namespaceTypes.map((type) => [type, new Map()]),
  );

  constructor(groups: ReadonlyMap<NamespaceInodes, TaskGroup>) {
    // Of thousands of sets most share all namespaces but one with the set before.
    const found = new Map<NamespaceType, NamespaceTasks>();
    let before: NamespaceInodes | undefined;
    for (const [namespaces, group] of groups) {
      for (const type of namespaceTypes) {
        const inode = namespaces[type];
        if (!isKnown(inode)) continue;
        const tasks = before?.[type] === inode ? (found.get(type) as NamespaceTasks) : this.#enter(type, inode);
        found.set(type, tasks);
        tasks.processes += group.processes;
        if (group.threads !== noThreads)
          for (const [leader, threads] of group.threads) if (leader?.[type] !== inode) tasks.threads += threads;
        if (!tasks.oldest || isOlder(group.oldest, tasks.oldest)) tasks.oldest = group.oldest;
      }
      for (const [link, type] of childLinks) {
        const inode = namespaces[link];
        if (isKnown(inode) && inode !== namespaces[type])
          this.#enter(type, inode).forChildren += group.processes + sum(group.threads.values());
      }
      before = namespaces;
    }
  }

  /** None were seen in it: all zero. */
  get(type: NamespaceType, inode: number): Readonly<NamespaceTasks> {
    return this.#byType.get(type)?.get(inode) ?? noTasks;
  }

  #enter(type: NamespaceType, inode: number): NamespaceTasks {
    const inodes = this.#byType.get(type);
    let tasks = inodes?.get(inode);
    if (!tasks) {
      tasks = { processes: 0, threads: 0, forChildren: 0, oldest: undefined };
      inodes?.set(inode, tasks);
    }
    return tasks;
  }
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}

const noTasks: Readonly<NamespaceTasks> = Object.freeze({
  processes: 0,
  threads: 0,
  forChildren: 0,
  oldest: undefined,
});
