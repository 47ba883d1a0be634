// What a source may read of what those before it found. Each group has one owner, in collect, which alone changes it.
import type { Superblocks } from '../../kernel/bpf/kernel-lists.ts';
import type { HostFacts } from '../../kernel/own/host.ts';
import type { NamespaceInodes, ProcessFact } from '../../model/facts/facts.ts';
import type { NamespaceLink, NamespaceType } from '../../model/snapshot/namespace-types.ts';
import type { Wanted } from '../../model/snapshot/wanted.ts';

/** All that there is to read; a source names the groups that it needs, and gets these. */
export interface Inputs {
  readonly host: HostFacts;
  readonly wanted: Wanted;
  readonly tasks: TaskView;
  readonly namespaces: NamespaceView;
  readonly descriptors: DescriptorView;
  /** What super blocks and mounts lead to, read from the kernel by BPF, or why it cannot be. */
  readonly superblocks: () => Superblocks;
}

/** The tasks that were found so far. */
export interface TaskView {
  /** Processes, and threads that are not where their leader is. */
  readonly all: readonly ProcessFact[];
  /** Threads are not among them. */
  readonly processes: readonly ProcessFact[];
  /** The processes that are PID 1 of their pid namespace. */
  readonly inits: readonly number[];
  /** Processes older than nscope that the kernel's iterators passed over, though they were asked for all. */
  readonly withheld: readonly ProcessFact[];
  /** Whether the kernel's task list was read. */
  readonly readByBpf: boolean;
  /** By tid, a number that is equal for tasks in the same cgroups; empty where the kernel was not asked. */
  readonly cgroupSets: ReadonlyMap<number, number>;
  /** Those whose set of namespaces passes the test; each set is tested once, however many tasks share it. */
  where(test: (namespaces: NamespaceInodes) => boolean): readonly ProcessFact[];
  /** The same of those of which not every link is known; the others are not tested. */
  inPartWhere(test: (namespaces: NamespaceInodes) => boolean): readonly ProcessFact[];
  /** Of each set of namespaces the oldest task in it. */
  oldest(): Iterable<ProcessFact>;
}

/** The namespaces that were named so far. */
export interface NamespaceView {
  /** Those included that the source names while it runs. */
  list(): readonly FoundNamespace[];
  /** Whether the kernel gave its list of all namespaces of this type. */
  isListedWhole(type: NamespaceType): boolean;
}

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
  /** Whether its owner was told already. */
  readonly hasOwner: boolean;
  /** The kernel's 64-bit id, by which it can be opened from Linux 6.18 on. */
  readonly id: string | undefined;
  /** The oldest process in it, if any. */
  readonly oldest: number | undefined;
}

/** The open descriptors of processes. */
export interface DescriptorView {
  /** Whether open files were read from the kernel, with BPF. */
  readonly readByBpf: boolean;
  /** Those of all processes, of the withheld ones alone after BPF; read once, when the first source asks. */
  tables(): readonly OpenLinks[];
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
