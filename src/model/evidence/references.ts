// The references that the kernel counts of a namespace, and what has them.
import type { NamespaceType } from '../snapshot/namespace-types.ts';

/** The types of which every reference can have a name: docs/references.md. */
export const summedTypes = ['uts', 'ipc', 'mnt', 'net', 'time', 'cgroup'] as const;

/**
 * What has one reference each: the set of namespaces that tasks share (struct nsproxy; of time up to two), the inode in
 * nsfs, a socket, an open file of procfs or cgroupfs, a file system context.
 */
export const referenceKinds = ['task-namespaces', 'inode', 'socket', 'proc-file', 'cgroup-file', 'fs-context'] as const;
export type ReferenceKind = (typeof referenceKinds)[number];

/** A thread, and the set of namespaces that it shares with others. Addresses are opaque: equal for the same thing. */
export interface SharedNamespaces {
  readonly proxy: bigint;
  /** How many threads have it, as the kernel counts them. */
  readonly users: number;
  readonly pid: number;
  readonly tid: number;
  /** The 64-bit id of each namespace that it has a reference of; of the time namespace twice. */
  readonly ids: readonly bigint[];
}

/** A descriptor of a file through which a namespace is referenced. */
export interface ReferringFile {
  readonly id: bigint;
  readonly kind: Exclude<ReferenceKind, 'task-namespaces'>;
  /** What has the reference: the inode, the socket, or the file itself. */
  readonly object: bigint;
  readonly file: bigint;
  /** How many references of the file there are. */
  readonly users: number;
  readonly table: bigint;
  readonly fd: number;
  readonly pid: number;
  /** Of a unix socket: the one that it keeps as its peer. */
  readonly peer: bigint;
  /** Of a socket: how many keep it besides its file, such as its peer; 1 for a connection, which may outlive its file. */
  readonly keepers: number;
}

/** What was seen to have references, at one time. */
export interface ReferenceSighting {
  readonly tasks: readonly SharedNamespaces[];
  readonly files: readonly ReferringFile[];
  /** The mounts of each namespace's inode, by the namespace's id: each a text that tells it from others. */
  readonly mounts: ReadonlyMap<bigint, readonly string[]>;
}

/** What the kernel counted between two sightings: so what both have was there meanwhile. */
export interface ReferenceReading {
  readonly before: ReferenceSighting;
  readonly counted: ReadonlyMap<bigint, CountedReferences>;
  readonly after: ReferenceSighting;
}

export interface CountedReferences {
  readonly type: NamespaceType;
  readonly references: number;
  /** Of the inode in nsfs: open files, mounts, and one for all watches. */
  readonly inodeUsers: number;
}

/** The account of one namespace. */
export interface NamespaceReferences {
  /**
   * `whole`: each reference has a name, and so has each user of what has them. `short`: some have none. `changed`:
   * something changed while it was read, so nothing is claimed. `watched`: inotify or fanotify keeps its inode, and how
   * many watches there are is not counted. `not-summed`: references of this type cannot be named.
   */
  readonly verdict: 'whole' | 'short' | 'changed' | 'watched' | 'not-summed';
  /** By the kernel. */
  readonly counted: number;
  readonly explained: Readonly<Partial<Record<ReferenceKind, number>>>;
  /** References that nothing seen explains; null where nothing is claimed. */
  readonly unnamed: number | null;
  /** Users of those files, inodes, unix sockets and sets of namespaces that nothing seen explains; null where nothing is claimed. */
  readonly unseenUsers: number | null;
}
