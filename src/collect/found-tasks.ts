// Which tasks have been found so far, by the sets of namespaces that they are in.
import type { NamespaceInodes, NestedPidsFact, ProcessFact } from '../model/facts/facts.ts';
import { TaskGroups } from '../model/facts/tasks-of-namespaces.ts';
import { isKnown } from '../model/snapshot/known.ts';
import { type NamespaceLink, namespaceLinks } from '../model/snapshot/namespace-types.ts';
import type { Outcome, TaskView } from '../sources/index.ts';

export class FoundTasks implements TaskView {
  readonly all: ProcessFact[] = [];
  readonly processes: ProcessFact[] = [];
  readonly inits: number[] = [];
  readonly withheld: ProcessFact[] = [];
  readByBpf = false;
  cgroupSets: ReadonlyMap<number, number> = new Map();
  readonly groups = new TaskGroups();
  readonly #ownPid: number;
  /** Sets of namespaces of which not every link is known. */
  readonly #setsInPart: NamespaceInodes[] = [];

  /** @param ownPid - of nscope: what began after it may have come when the kernel was asked already */
  constructor(ownPid: number) {
    this.#ownPid = ownPid;
  }

  take(task: ProcessFact): void {
    const { groups } = this.groups;
    const sets = groups.size;
    this.groups.add(task);
    if (groups.size > sets && !isWhole(task.namespaces)) this.#setsInPart.push(task.namespaces);
    this.all.push(task);
    if (task.tid === task.pid) this.processes.push(task);
    if (task.tid === 1) this.inits.push(1);
    if (this.readByBpf && task.startTimeTicks < this.#ownStart()) this.withheld.push(task);
  }

  takeNestedPids({ pid, pids }: NestedPidsFact): void {
    if (pids.at(-1) === 1) this.inits.push(pid);
  }

  /** The kernel gave all of those so far, and what comes from now on it withheld. */
  takeBpf({ cgroupSets }: NonNullable<Outcome['tasksByBpf']>): void {
    this.readByBpf = true;
    this.cgroupSets = cgroupSets;
  }

  where(test: (namespaces: NamespaceInodes) => boolean): readonly ProcessFact[] {
    return this.#findIn([...this.groups.groups.keys()].filter(test));
  }

  inPartWhere(test: (namespaces: NamespaceInodes) => boolean): readonly ProcessFact[] {
    return this.#findIn(this.#setsInPart.filter(test));
  }

  oldest(): ProcessFact[] {
    return Array.from(this.groups.groups.values(), ({ oldest }) => oldest);
  }

  #findIn(sets: readonly NamespaceInodes[]): readonly ProcessFact[] {
    const passing = new Set(sets);
    return passing.size === 0 ? [] : this.all.filter(({ namespaces }) => passing.has(namespaces));
  }

  #ownStart(): number {
    return this.processes.find(({ pid }) => pid === this.#ownPid)?.startTimeTicks ?? 0;
  }
}

/** Without an iterator: a listing asks it of thousands of sets, and is over before the code is compiled. */
function isWhole(namespaces: NamespaceInodes): boolean {
  for (let i = 0; i < namespaceLinks.length; i++)
    if (!isKnown(namespaces[namespaceLinks[i] as NamespaceLink])) return false;
  return true;
}
