// What inference looks at: the processes, their links where these are known, and the signs that anybody may read.
import type { MountListFact, ProcessFact, SignsFact } from '../facts/facts.ts';
import { type InitialInodes, isInitial } from '../facts/initial-namespaces.ts';
import { isKnown } from '../snapshot/known.ts';
import type { NamespaceType } from '../snapshot/namespace-types.ts';
import type { Certainty, HostSnapshot, Place } from '../snapshot/schema.ts';

export type InferredBy = Place['by'];

/** Processes with equal keys are in one namespace, as far as `certainty` says. */
export interface Sign {
  readonly key: string;
  readonly by: InferredBy;
  readonly certainty: Certainty;
}

/** How one type of namespaces is told apart by signs. */
export interface Grouping {
  signOf(process: ProcessFact): Sign | undefined;
  /** Whether different keys are certainly different namespaces. */
  readonly distinct: Certainty;
  /** Which of these, of which no process showed a sign, the key likely belongs to. */
  guessInode?(key: string, withoutSigns: ReadonlySet<number>): number | undefined;
}

/** All that is looked at, indexed. */
export class Signs {
  /** Without threads. */
  readonly processes: readonly ProcessFact[];
  /** Those of which signs were read. */
  readonly withSigns: readonly ProcessFact[];
  readonly vantage: HostSnapshot['vantage'];
  readonly kernel: string;
  readonly mountLists: readonly MountListFact[];
  /** PID 2 of the initial pid namespace, which never leaves the namespaces of the boot. */
  readonly kthreadd: ProcessFact | undefined;
  readonly #initials: InitialInodes;
  readonly #byPid: ReadonlyMap<number, ProcessFact>;
  readonly #signs: ReadonlyMap<number, SignsFact>;
  readonly #nestedPids: ReadonlyMap<number, readonly number[]>;

  constructor(
    tasks: readonly ProcessFact[],
    signs: readonly SignsFact[],
    mountLists: readonly MountListFact[],
    nestedPids: ReadonlyMap<number, readonly number[]>,
    { vantage, kernel }: Pick<HostSnapshot, 'kernel' | 'vantage'>,
    initials: InitialInodes,
  ) {
    this.processes = tasks.filter(({ pid, tid }) => pid === tid);
    this.mountLists = mountLists;
    this.vantage = vantage;
    this.kernel = kernel;
    this.#nestedPids = nestedPids;
    this.#initials = initials;
    const byPid = new Map<number, ProcessFact>();
    for (const process of this.processes) byPid.set(process.pid, process);
    this.#byPid = byPid;
    this.#signs = chooseSigns(signs);
    this.withSigns = this.processes.filter(({ pid }) => this.#signs.has(pid));
    const second = this.#byPid.get(2);
    this.kthreadd = second?.kernelThread && second.ppid === 0 ? second : undefined;
  }

  of({ pid }: ProcessFact): SignsFact | undefined {
    return this.#signs.get(pid);
  }

  get(pid: number): ProcessFact | undefined {
    return this.#byPid.get(pid);
  }

  /** The parent, unless its PID was given out again: a parent is no younger than its child. */
  parentOf(process: ProcessFact): ProcessFact | undefined {
    const parent = this.#byPid.get(process.ppid);
    return parent && parent !== process && parent.startTimeTicks <= process.startTimeTicks ? parent : undefined;
  }

  /** The namespace that a process is known to be in, by its link or because the kernel's own thread never left it. */
  inodeOf(process: ProcessFact, type: NamespaceType): number | undefined {
    const link = process.namespaces[type];
    if (isKnown(link)) return link;
    if (process !== this.kthreadd) return undefined;
    const initial = this.#initials[type];
    return isKnown(initial) ? initial : undefined;
  }

  isInitial(type: NamespaceType, inode: number): boolean {
    return isInitial(type, inode, this.#initials) === true;
  }

  /** The PIDs from the pid namespace of /proc to its own; undefined where they were not read. */
  pidsOf(process: ProcessFact): readonly number[] | undefined {
    const pids = this.of(process)?.pids ?? this.#nestedPids.get(process.pid);
    if (pids) return pids;
    const { pid } = process.namespaces;
    return isKnown(pid) && pid === this.vantage.procPidNamespace ? [process.pid] : undefined;
  }

  isRefused(process: ProcessFact, type: NamespaceType): boolean {
    const link = process.namespaces[type];
    return !isKnown(link) && link.unknown === 'denied';
  }
}

/** Where two facts tell of one process, the choice may not depend on their order. */
function chooseSigns(facts: readonly SignsFact[]): ReadonlyMap<number, SignsFact> {
  const chosen = new Map<number, SignsFact>();
  for (const fact of facts) {
    const before = chosen.get(fact.pid);
    if (!before || JSON.stringify(fact) < JSON.stringify(before)) chosen.set(fact.pid, fact);
  }
  return chosen;
}
