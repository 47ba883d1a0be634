// The kinds of things that keep a namespace alive: what each is called, and which types of namespaces it can hold.
import { type NamespaceType, namespaceTypes } from './namespace-types.ts';

interface HolderKindFacts {
  readonly kind: string;
  /** Several of them, in words. */
  readonly plural: string;
  /** The types that it can hold: docs/hiding-places.md. */
  readonly types: readonly NamespaceType[];
}

/** All kinds but the kernel itself, most direct first. */
export const holderKindFacts = [
  { kind: 'process', plural: 'processes', types: namespaceTypes },
  { kind: 'thread', plural: 'threads', types: namespaceTypes },
  { kind: 'for-children', plural: 'processes whose children go there', types: ['pid', 'time'] },
  { kind: 'fd', plural: 'open descriptors', types: namespaceTypes },
  { kind: 'socket', plural: 'sockets', types: ['net'] },
  { kind: 'tap', plural: 'tun and tap devices', types: ['net'] },
  { kind: 'in-flight', plural: 'descriptors and messages in flight', types: namespaceTypes },
  { kind: 'credentials', plural: 'credentials of open files', types: ['user'] },
  { kind: 'peer-credentials', plural: 'credentials of socket peers', types: ['pid', 'user'] },
  { kind: 'pidfd', plural: 'pidfds', types: ['pid'] },
  { kind: 'signal-target', plural: "targets of files' signals", types: ['pid'] },
  { kind: 'proc-file', plural: 'open files of procfs', types: ['ipc', 'mnt', 'net', 'pid', 'user'] },
  { kind: 'cgroup-file', plural: 'open files of cgroupfs', types: ['cgroup'] },
  { kind: 'watch', plural: 'watches of inotify and fanotify', types: namespaceTypes },
  { kind: 'perf-event', plural: 'perf events', types: ['pid'] },
  { kind: 'fs-context', plural: 'file system contexts', types: ['cgroup', 'ipc', 'net', 'pid'] },
  { kind: 'mapping', plural: 'mapped files', types: ['ipc', 'net', 'pid', 'user'] },
  { kind: 'directory', plural: 'working and root directories', types: ['pid'] },
  { kind: 'program', plural: 'programs of processes', types: ['user'] },
  { kind: 'bind-mount', plural: 'bind mounts', types: namespaceTypes },
  { kind: 'process-mount', plural: 'mounts of /proc/PID and of pidfds', types: ['pid'] },
  { kind: 'file-system', plural: 'mounted file systems', types: ['pid', 'user'] },
  { kind: 'child', plural: 'children', types: ['pid', 'user'] },
  { kind: 'owned', plural: 'owned namespaces', types: ['user'] },
] as const satisfies readonly HolderKindFacts[];

/** A kind that nscope can see; the kernel stands for what it cannot. */
export type VisibleKind = (typeof holderKindFacts)[number]['kind'];

/** What keeps a namespace alive; `kernel` stands for what nscope cannot see. */
export type HolderKind = VisibleKind | 'kernel';

export const visibleKinds: readonly VisibleKind[] = holderKindFacts.map(({ kind }) => kind);

/** All kinds, most direct first. */
export const holderKinds: readonly HolderKind[] = [...visibleKinds, 'kernel'];

/** Of what open files are, and /proc does not show. */
export const shownByBpfAlone = [
  'in-flight',
  'credentials',
  'peer-credentials',
  'pidfd',
  'signal-target',
  'proc-file',
  'cgroup-file',
  'watch',
  'perf-event',
  'fs-context',
] as const;

/** What processes keep without a descriptor, and BPF alone shows: by what they mapped, where they are, what they run. */
export const keptKinds = ['mapping', 'directory', 'program'] as const;

/** The kinds that tasks are, and those that are found through the files of tasks: unseen where a task is. */
export const taskKinds = ['process', 'thread', 'for-children'] as const;
export const fileKinds = ['fd', 'socket', 'tap', ...shownByBpfAlone] as const;

/** Those of fileKinds that a socket makes, which is named. */
export const socketKinds = ['socket', 'in-flight', 'peer-credentials'] as const;

/** Whether a holder is of one of these kinds. */
export function isOfKind<H extends { readonly kind: HolderKind }, K extends HolderKind>(
  holder: H,
  kinds: readonly K[],
): holder is H & { readonly kind: K } {
  return kinds.some((kind) => kind === holder.kind);
}
