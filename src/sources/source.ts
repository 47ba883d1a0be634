// What a source is: one question to one kernel interface, answered in plain facts. Sources never see each other.
import type { Superblocks } from '../kernel/bpf/kernel-lists.ts';
import type { Fact, NamespaceInodes, ProcessFact, SearchedKind, SearchFact } from '../model/facts/facts.ts';
import type { NamespaceLink, NamespaceType } from '../model/snapshot/namespace-types.ts';
import type { HostSnapshot } from '../model/snapshot/schema.ts';
import type { Wanted } from '../model/snapshot/wanted.ts';

/** A namespace that some source has named so far, and the paths through which it can be opened or asked about. */
export interface FoundNamespace {
  readonly type: NamespaceType;
  readonly inode: number;
  /** Links in /proc and bind mounts that lead to it, best first. Each may be gone by now. */
  readonly paths: readonly string[];
  /** A process with this link to it; of time namespaces only `time_for_children` tells whose offsets /proc shows. */
  readonly members: ReadonlyMap<NamespaceLink, number>;
  /** Whether owner, parent and id were told already, by the kernel's own list. */
  readonly described: boolean;
  /** The kernel's 64-bit id, by which it can be opened from Linux 6.18 on. */
  readonly id: string | undefined;
  /** The oldest process in it, if any. */
  readonly oldest: number | undefined;
}

/** The descriptors of a process that lead to namespaces, sockets and tun devices. */
export interface OpenLinks {
  readonly pid: number;
  /** The thread, where it has a table of its own: unshare(2) CLONE_FILES. */
  readonly tid: number | undefined;
  /** Why its table could not be read. */
  readonly errno: string | undefined;
  /** The number of the descriptor, and what its link says: "net:[4026531833]", "socket:[5012]". */
  readonly links: readonly { readonly name: number; readonly text: string }[];
}

export interface SourceContext {
  readonly host: Omit<HostSnapshot, 'users' | 'takenAt' | 'durationMs'>;
  readonly wanted: Wanted;
  /** All namespaces named so far, those included that this source names while it runs. */
  found(): Iterable<FoundNamespace>;
  /** The processes that were found so far; threads are not among them. */
  processes(): Iterable<ProcessFact>;
  /** Processes, and threads that are not where their leader is, so far. */
  tasks(): Iterable<ProcessFact>;
  /** Those whose set of namespaces passes the test; each set is tested once, however many tasks share it. */
  tasksWhere(test: (namespaces: NamespaceInodes) => boolean): readonly ProcessFact[];
  /** The same of those of which not every link is known; the others are not tested. */
  tasksInPart(test: (namespaces: NamespaceInodes) => boolean): readonly ProcessFact[];
  /** Of each set of namespaces the oldest task in it. */
  oldestTasks(): Iterable<ProcessFact>;
  /** By tid, a number that is equal for tasks in the same cgroups; empty where the kernel was not asked. */
  cgroupSets(): Map<number, number>;
  /** The processes so far that are PID 1 of their pid namespace. */
  inits(): Iterable<number>;
  /** Processes older than nscope that the kernel's iterators passed over, though they were asked for all. */
  withheld(): readonly ProcessFact[];
  /** All processes were found: their descriptors may be read while other sources run, if they will be wanted. */
  startDescriptors(): void;
  /** The open descriptors of all processes, read once when the first source asks; of the withheld ones alone after BPF. */
  descriptors(): Iterable<OpenLinks>;
  /** Why what holds namespaces is not looked for; undefined when it is. */
  skipHolders(): string | undefined;
  /** Why descriptors are not read from /proc: after BPF there is something to read only of withheld processes. */
  skipDescriptors(): string | undefined;
  /** Why tasks and their files cannot be read with BPF; undefined when that may be tried. */
  skipBpfOfTasks(): string | undefined;
  /** Whether processes were read from the kernel already; the source that did says so with `true`. */
  tasksByBpf(done?: true): boolean;
  /** Whether open files were read from the kernel already; the source that did says so with `true`. */
  filesByBpf(done?: true): boolean;
  /** What super blocks and mounts lead to, read from the kernel by BPF, or why it cannot be. */
  superblocks(): Superblocks;
  /** Keeps the descriptor of a namespace open for the sources that follow; false, and closed, when there are too many. */
  keep(type: NamespaceType, inode: number, fd: number): boolean;
  emit(fact: Fact): void;
  /** The rest of what the source does, when all others have run: what it asked is answered meanwhile. */
  later(rest: () => void): void;
  /** Emits them all; the same list again has nothing new to say, and is only counted. */
  emitAll(facts: readonly Fact[]): void;
  /** Counts one thing that was asked. */
  asked(count?: number): void;
  /** Counts one thing that the host refused: what was asked for, the errno's name, and where. */
  refused(what: string, errno: string, example: string): void;
  /** Says that a kind of holders was looked for: everywhere, or where not, and whose processes do not even appear. */
  searched(kinds: readonly SearchedKind[], unseen?: string, invisible?: SearchFact['invisible']): void;
  /** Whether the kernel gave its list of all namespaces of this type. */
  isListedWhole(type: NamespaceType): boolean;
  /** States that the listing may lack something, and what would lift that. */
  limit(reason: string, lift?: string): void;
}

/** Why a search by BPF was not whole: what its iterators passed over; undefined where they passed over nothing. */
export function explainWithheld(withheld: readonly ProcessFact[]): string | undefined {
  const [first] = withheld;
  if (!first) return undefined;
  const who = withheld.length === 1 ? `process ${first.pid} is` : `${withheld.length} processes (${first.pid}) are`;
  return `${who} withheld from BPF`;
}

export interface Source {
  readonly name: string;
  readonly question: string;
  /** Why it does not run here; undefined when it does. */
  skip?(context: SourceContext): string | undefined;
  run(context: SourceContext): void;
}
