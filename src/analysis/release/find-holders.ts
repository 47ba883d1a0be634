// What keeps a namespace alive, and what would release it.

import { hasEnded } from '../../model/derived/has-ended.ts';
import type { ReleaseEvidence } from '../../model/evidence/release-evidence.ts';
import { fileKinds, type HolderKind, isOfKind, keptKinds, socketKinds } from '../../model/snapshot/holder-kinds.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace, type NamespaceType } from '../../model/snapshot/namespace-types.ts';
import type { Holder, Namespace } from '../../model/snapshot/schema.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import { describeCommand } from './command.ts';
import { type GraphHolder, planRelease } from './plan-release.ts';
import type { Release } from './release.ts';
import type { HoldingMount } from './unmount.ts';

/** One thing that keeps a namespace alive. */
export interface HeldBy {
  readonly kind: HolderKind;
  /** What it is, in a few words; not yet safe for a terminal. */
  readonly what: string;
  readonly pid?: number;
  readonly tid?: number;
  readonly fd?: number;
  readonly socket?: number;
  readonly path?: string;
  /** The mount namespace of a mount, the child, or the namespace that it owns: `mnt:[4026532253]`. */
  readonly namespace?: string;
  /** A command for a POSIX shell that releases it; null where there is none, undefined without evidence. */
  readonly release?: string | null;
  /** What must happen where there is no command; else what goes with it, or what to do where it does not work. */
  readonly releaseNote?: string;
  /** What else there is to say: what it is, what was ruled out. */
  readonly note?: string;
}

/**
 * Every holder of a namespace, most direct first.
 * @param evidence - what was read of the holders on this host, for the commands that release them; none without it
 */
export function findHolders(index: SnapshotIndex, namespace: Namespace, evidence?: ReleaseEvidence): HeldBy[] {
  const release = (holder: Holder | GraphHolder): Partial<Release> =>
    evidence ? planRelease(holder, namespace, index, evidence) : {};
  const inGraph = (held: readonly HeldInGraph[]) => held.map((one) => ({ ...one, ...release(one) }));
  const listed = namespace.holders.map((holder) => ({
    ...describeHolder(index, holder, namespace),
    ...release(holder),
  }));
  return [
    ...inGraph(holdingTasks(index, namespace)),
    ...listed.filter(({ kind }) => kind !== 'kernel'),
    ...inGraph(holdingRelatives(index, namespace)),
    ...listed.filter(({ kind }) => kind === 'kernel'),
  ];
}

type HeldInGraph = HeldBy & GraphHolder;

function holdingTasks(index: SnapshotIndex, { type, inode }: Namespace): HeldInGraph[] {
  const members: HeldInGraph[] = [];
  const threads: HeldInGraph[] = [];
  const forChildren: HeldInGraph[] = [];
  for (const task of index.membersOf(type, inode)) {
    // What has ended and was not waited for has its credentials and its PID, and with them its user and pid namespace.
    if (type !== 'user' && type !== 'pid' && hasEnded(task)) continue;
    const { pid, tid, namespaces } = task;
    const what = describeTask(index, pid);
    if (namespaces[type] !== inode) forChildren.push({ kind: 'for-children', what, pid, tid });
    else if (tid === pid) members.push({ kind: 'process', what, pid });
    else threads.push({ kind: 'thread', what, pid, tid });
  }
  return [...members, ...threads, ...forChildren];
}

function describeHolder(index: SnapshotIndex, holder: Holder, namespace: Namespace): HeldBy {
  if (holder.kind === 'in-flight') return describeInFlight(index, holder);
  if (isOfKind(holder, socketKinds))
    return { ...ofDescriptor(index, holder), kind: holder.kind, socket: holder.socket, ...noteOfSocket(holder.kind) };
  if (isOfKind(holder, fileKinds))
    return { ...ofDescriptor(index, holder), kind: holder.kind, ...noteOf(holder.kind, namespace) };
  if (isOfKind(holder, keptKinds)) return describeKept(index, holder);
  switch (holder.kind) {
    case 'bind-mount':
    case 'process-mount':
    case 'file-system':
      return describeMount(holder);
    case 'kernel':
      return {
        kind: 'kernel',
        what: 'the kernel lists it, and nothing that was seen holds it',
        note: explainKernel(holder),
      };
  }
}

function explainKernel({ ruledOut, notSeen }: Extract<Holder, { kind: 'kernel' }>): string {
  return [
    ...(ruledOut.length > 0 ? [`ruled out: ${ruledOut.join(', ')}`] : []),
    ...(notSeen.length > 0 ? [`not seen: ${notSeen.join(', ')}`] : []),
    'nscope cannot see: a registered io_uring file, an asynchronous request',
  ].join('; ');
}

function describeInFlight(index: SnapshotIndex, holder: Extract<Holder, { kind: 'in-flight' }>): HeldBy {
  const { kind, pid, fd, tid, socket } = holder;
  const note =
    'waits in the queue of this socket, or of one that waits there: a descriptor, a message of a process of this namespace, or a connection that was not accepted; it goes when it is received or the socket closes';
  if (pid === undefined || fd === undefined)
    return { kind, what: 'a socket that no process seen has open', socket, note };
  return { ...ofDescriptor(index, { pid, fd, tid }), kind, socket, note };
}

function noteOfSocket(kind: (typeof socketKinds)[number]): Pick<HeldBy, 'note'> {
  return kind === 'peer-credentials' ? { note: 'SO_PEERCRED of this unix socket names a process of it' } : {};
}

function noteOf(kind: (typeof fileKinds)[number], { type }: Namespace): Pick<HeldBy, 'note'> {
  switch (kind) {
    case 'credentials':
      return { note: 'the file was opened with credentials of this user namespace' };
    case 'pidfd':
      return { note: 'a pidfd of a process of this pid namespace' };
    case 'signal-target':
      return { note: 'signals of the file (F_SETOWN) go to a process of this pid namespace, or went there' };
    case 'proc-file':
      return { note: explainProcFile(type) };
    case 'cgroup-file':
      return { note: 'a file of cgroupfs that was opened in this cgroup namespace' };
    case 'watch':
      return { note: 'inotify or fanotify watches the namespace, or the /proc directory of a process of it' };
    case 'perf-event':
      return { note: 'a perf event that was made in this pid namespace' };
    case 'fs-context':
      return { note: 'a file system context: fsopen(2) was called in this namespace' };
    default:
      return {};
  }
}

type Kept = Extract<Holder, { kind: (typeof keptKinds)[number] }>;

function describeKept(index: SnapshotIndex, holder: Kept): HeldBy {
  const { kind, pid, tid } = holder;
  const task = { kind, what: describeTask(index, pid), pid, ...(tid === undefined ? {} : { tid }) };
  return { ...task, note: explainKept(holder) };
}

function explainKept(holder: Kept): string {
  switch (holder.kind) {
    case 'mapping':
      return 'a mapped file, with or without a descriptor: opened in this namespace, a socket of it, or an attached shared memory segment';
    case 'directory':
      return `its ${holder.link === 'cwd' ? 'working' : 'root'} directory is in a procfs of this pid namespace, or in the /proc directory of a process of it`;
    case 'program':
      return 'its program was executed in this user namespace';
  }
}

function explainProcFile(type: NamespaceType): string {
  switch (type) {
    case 'ipc':
      return 'a file of /proc/sysvipc that was opened in this ipc namespace';
    case 'mnt':
      return 'mountinfo, mounts or mountstats of a process that was in this mount namespace when it was opened';
    case 'net':
      return 'a file of /proc/PID/net of this network namespace';
    case 'user':
      return 'an id map, setgroups, maps, mem or the like of a process that was in this user namespace when it was opened';
    default:
      return 'an open file or directory of a procfs of this pid namespace, or of a process of it, or of /proc/sysvipc';
  }
}

interface Descriptor {
  readonly pid: number;
  readonly fd: number;
  readonly tid?: number | undefined;
}

function ofDescriptor(index: SnapshotIndex, { pid, fd, tid }: Descriptor): Omit<HeldBy, 'kind'> {
  return { what: describeTask(index, pid), pid, fd, ...(tid === undefined ? {} : { tid }) };
}

function describeMount(holder: HoldingMount): HeldBy {
  const { path, mountNamespace } = holder;
  return {
    kind: holder.kind,
    what: nameMount(holder),
    ...(isKnown(path) ? { path } : {}),
    ...(isKnown(mountNamespace) ? { namespace: formatNamespace('mnt', mountNamespace) } : {}),
    ...(isKnown(path) ? {} : { note: path.detail ?? 'where it is mounted was not asked for' }),
  };
}

function nameMount(holder: HoldingMount): string {
  switch (holder.kind) {
    case 'bind-mount':
      return 'bind mount';
    case 'process-mount':
      return 'mount of /proc/PID, or of a pidfd, of a process of it';
    case 'file-system':
      return `mounted ${holder.fsType}`;
  }
}

function holdingRelatives(index: SnapshotIndex, namespace: Namespace): HeldInGraph[] {
  const held: HeldInGraph[] = [];
  for (const other of index.belowOf(namespace.type, namespace.inode)) {
    const isChild = other.type === namespace.type && other.parent === namespace.inode;
    const isOwned = namespace.type === 'user' && other.owner === namespace.inode && other.type !== 'user';
    if (!isChild && !isOwned) continue;
    const name = formatNamespace(other.type, other.inode);
    held.push(
      isChild ? { kind: 'child', what: 'child', namespace: name } : { kind: 'owned', what: 'owned', namespace: name },
    );
  }
  return held.sort((a, b) => (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0));
}

function describeTask(index: SnapshotIndex, pid: number): string {
  const process = index.process(pid);
  return process ? describeCommand(process) : `process ${pid}`;
}
