// What keeps a namespace alive, and what would release it?

import { hasEnded } from '../model/has-ended.ts';
import type { HolderKind } from '../model/holder-kinds.ts';
import { isKnown, type Known } from '../model/known.ts';
import { formatNamespace, type NamespaceType } from '../model/namespace-types.ts';
import type { Holder, Namespace, Process } from '../model/schema.ts';
import { describeCommand } from './command.ts';
import { quoteWord } from './shell-words.ts';
import type { SnapshotIndex } from './snapshot-index.ts';

/** One thing that keeps a namespace alive. The namespace ends when all of them are gone. */
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
  /** A command that releases it, for a shell; undefined where there is none. */
  readonly release?: string;
  /** What else there is to say: what goes with it, what was ruled out. */
  readonly note?: string;
}

/** Every holder of a namespace, most direct first. */
export function findHolders(index: SnapshotIndex, namespace: Namespace): HeldBy[] {
  return [
    ...holdingTasks(index, namespace),
    ...namespace.holders
      .filter(({ kind }) => kind !== 'kernel')
      .map((holder) => describeHolder(index, namespace, holder)),
    ...holdingRelatives(index, namespace),
    ...namespace.holders
      .filter(({ kind }) => kind === 'kernel')
      .map((holder) => describeHolder(index, namespace, holder)),
  ];
}

function holdingTasks(index: SnapshotIndex, namespace: Namespace): HeldBy[] {
  const { type, inode } = namespace;
  const members: HeldBy[] = [];
  const threads: HeldBy[] = [];
  const forChildren: HeldBy[] = [];
  for (const task of index.membersOf(type, inode)) {
    // What has ended and was not waited for has its credentials, and with them its user namespace; all else it has let go.
    if (type !== 'user' && hasEnded(task)) continue;
    const what = describeTask(index, task.pid);
    if (task.namespaces[type] === inode) {
      if (task.tid === task.pid)
        members.push({ kind: 'process', what, pid: task.pid, ...endTask(index, task, namespace) });
      else threads.push({ kind: 'thread', what, pid: task.pid, tid: task.tid, ...endTask(index, task, namespace) });
    } else
      forChildren.push({
        kind: 'for-children',
        what,
        pid: task.pid,
        tid: task.tid,
        ...endTask(index, task, namespace),
      });
  }
  return [...members, ...threads, ...forChildren];
}

/** Ending one thread alone is not possible from outside, so its process must go. */
function endTask(index: SnapshotIndex, task: Process, namespace: Namespace): Pick<HeldBy, 'release' | 'note'> {
  if (task.kernelThread) return { note: 'a kernel thread: it stays until the host stops' };
  if (task.pid === 1) return { note: describeInit(index, task) };
  const release = `kill ${task.pid}`;
  if (namespace.init === task.pid)
    return { release: `kill -KILL ${task.pid}`, note: 'its init: all processes in it end with it' };
  return task.tid === task.pid ? { release } : { release, note: `thread ${task.tid} ends with its process` };
}

/** Inside a container PID 1 is the container's. */
function describeInit(index: SnapshotIndex, { namespaces }: Process): string {
  const own = isKnown(namespaces.pid) ? index.namespace('pid', namespaces.pid) : undefined;
  return own?.initial === false
    ? 'the init of the pid namespace that /proc shows: it is ended from outside alone'
    : 'the init of this host: it stays until the host stops';
}

function describeHolder(index: SnapshotIndex, namespace: Namespace, holder: Holder): HeldBy {
  switch (holder.kind) {
    case 'fd':
    case 'tap':
    case 'credentials':
    case 'pidfd':
    case 'proc-file':
      return { ...ofDescriptor(index, holder), kind: holder.kind, ...noteOf(holder.kind) };
    case 'socket':
    case 'in-flight':
    case 'peer-credentials':
      return {
        ...ofDescriptor(index, holder),
        kind: holder.kind,
        socket: holder.socket,
        ...noteOfSocket(holder.kind),
      };
    case 'bind-mount':
    case 'file-system':
      return describeMount(index, namespace, holder);
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
    'nscope cannot see: a registered io_uring file, a perf event, a file system context, an asynchronous request',
  ].join('; ');
}

function noteOfSocket(kind: 'socket' | 'in-flight' | 'peer-credentials'): Pick<HeldBy, 'note'> {
  if (kind === 'in-flight')
    return {
      note: 'a descriptor sent to this socket and not yet received; it goes when it is received or the socket closes',
    };
  return kind === 'peer-credentials' ? { note: 'SO_PEERCRED of this unix socket names a process of it' } : {};
}

function noteOf(kind: 'fd' | 'tap' | 'credentials' | 'pidfd' | 'proc-file'): Pick<HeldBy, 'note'> {
  switch (kind) {
    case 'credentials':
      return { note: 'the file was opened with credentials of this user namespace' };
    case 'pidfd':
      return { note: 'a pidfd of a process of this pid namespace' };
    case 'proc-file':
      return { note: 'an open file or directory of a procfs of this pid namespace, or of a process of it' };
    default:
      return {};
  }
}

interface Descriptor {
  readonly pid: number;
  readonly fd: number;
  readonly tid?: number | undefined;
}

function ofDescriptor(index: SnapshotIndex, { pid, fd, tid }: Descriptor): Omit<HeldBy, 'kind'> {
  return { what: describeTask(index, pid), pid, fd, ...(tid === undefined ? {} : { tid }), release: `kill ${pid}` };
}

function describeMount(
  index: SnapshotIndex,
  namespace: Namespace,
  holder: Extract<Holder, { kind: 'bind-mount' | 'file-system' }>,
): HeldBy {
  const around = isKnown(holder.mountNamespace) ? holder.mountNamespace : undefined;
  const path = isKnown(holder.path) ? holder.path : undefined;
  const what = holder.kind === 'bind-mount' ? 'bind mount' : `mounted ${holder.fsType}`;
  const release = around === undefined || path === undefined ? undefined : findUnmount(index, namespace, around, path);
  return {
    kind: holder.kind,
    what,
    ...(path === undefined ? {} : { path }),
    ...(around === undefined ? {} : { namespace: formatNamespace('mnt', around) }),
    ...(release === undefined ? {} : { release }),
    ...(release === undefined ? { note: explainMount(holder, around) } : {}),
  };
}

function explainMount({ path }: { readonly path: Known<string> }, around: number | undefined): string {
  if (around !== undefined) return `goes with its mount namespace; see: nscope holders mnt:[${around}]`;
  return isKnown(path) ? 'its mount namespace is not known' : (path.detail ?? 'where it is mounted was not asked for');
}

/** The command that unmounts: by ip(8) where it named it, in place where nscope is, else by entering through a holder. */
function findUnmount(index: SnapshotIndex, namespace: Namespace, around: number, path: string): string | undefined {
  const { vantage } = index.snapshot.host;
  if (vantage.namespaces.mnt === around) {
    const named = namespace.names.find((name) => name.kind === 'ip-netns' && name.path === path);
    return named ? `ip netns del ${quoteWord(named.name)}` : `umount ${quoteWord(path)}`;
  }
  const entrance = findEntrance(index, 'mnt', around);
  return entrance === undefined ? undefined : `nsenter --mount=${quoteWord(entrance)} umount ${quoteWord(path)}`;
}

/** A path through which a namespace can be entered: a process in it, or a descriptor of it. */
export function findEntrance(index: SnapshotIndex, type: NamespaceType, inode: number): string | undefined {
  const member = index.membersOf(type, inode).find((task) => task.namespaces[type] === inode);
  if (member) return `/proc/${member.pid === member.tid ? member.pid : `${member.pid}/task/${member.tid}`}/ns/${type}`;
  const open = index.namespace(type, inode)?.holders.find(({ kind }) => kind === 'fd');
  return open?.kind === 'fd' ? `/proc/${open.pid}/fd/${open.fd}` : undefined;
}

function holdingRelatives(index: SnapshotIndex, namespace: Namespace): HeldBy[] {
  const held: HeldBy[] = [];
  for (const other of index.belowOf(namespace.type, namespace.inode)) {
    const isChild = other.type === namespace.type && other.parent === namespace.inode;
    const isOwned = namespace.type === 'user' && other.owner === namespace.inode && other.type !== 'user';
    if (!isChild && !isOwned) continue;
    const name = formatNamespace(other.type, other.inode);
    if (isChild) held.push({ kind: 'child', what: 'child', namespace: name, note: `see: nscope holders ${name}` });
    else held.push({ kind: 'owned', what: 'owned', namespace: name, note: `see: nscope holders ${name}` });
  }
  return held.sort((a, b) => (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0));
}

function describeTask(index: SnapshotIndex, pid: number): string {
  const process = index.process(pid);
  return process ? describeCommand(process) : `process ${pid}`;
}
