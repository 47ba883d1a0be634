// The records of bpf/files.bpf.c, queues.bpf.c, mappings.bpf.c and paths.bpf.c: what a task or a queue holds a namespace by.
import { findTypeByCloneValue, type NamespaceType } from '../../model/snapshot/namespace-types.ts';
import { countRecords } from './bpf-words.ts';
import { layOut } from './layout.ts';
import { RecordReader } from './record-reader.ts';

/** What kind of file holds it; the numbers of `enum kind` in bpf/search.h. */
const kinds = [
  'none',
  'nsfs',
  'socket',
  'credentials',
  'tun',
  'pidfd',
  'procfs',
  'cut',
  'proc-entry',
  'peer',
  'shown',
  'cgroup-file',
  'watch',
  'perf-event',
  'fs-context',
  'cwd',
  'root',
  'program',
  'signals',
  'sender',
  'queue',
  'lies-in',
] as const;

/** Kinds of records that are of no namespace. */
type Relation = 'none' | 'cut' | 'queue' | 'lies-in';

/** What leads to the file; the numbers of `enum held_by` in bpf/search.h. */
const ways = ['open', 'in-flight', 'mapped'] as const;

export type BpfFileKind = Exclude<(typeof kinds)[number], Relation>;

/**
 * An open file and the namespace that it holds. `nsfs`: the namespace itself. The others are told only where the
 * namespace is not the one that the task is in: `socket` and `tun` (net), `credentials` (the user namespace in which the
 * file was opened, where it is not the initial one), `pidfd` (pid, of the process it stands for), `procfs` (pid, of the
 * procfs that the file is on), `proc-entry` (pid, of the process whose /proc directory it is in), `peer` (pid and user,
 * of the process at the other end of a unix socket, as SO_PEERCRED keeps them), `shown` (what a file of procfs shows and
 * keeps: mnt of mountinfo, mounts and mountstats, net of /proc/PID/net, ipc and pid of /proc/sysvipc, user of the id
 * maps and of what shows the memory), `cgroup-file` (the cgroup namespace in which a file of cgroupfs was opened),
 * `watch` (what inotify or fanotify watches: a namespace, or /proc/PID: pid, of that process),
 * `cwd` and `root` (pid, of the procfs on which the task's working or root directory is, or of the process in whose /proc
 * directory), `program` (user, in which the task executed its program),
 * `signals` (pid, of the process to which signals of the file go: F_SETOWN), `sender` (pid, net and user: of whoever sent
 * a message that waits, or asks to be accepted),
 * `perf-event` (pid, in which it was made), `fs-context` (cgroup, ipc, net, pid: those that fsopen(2) was called in).
 */
export interface BpfFileRecord {
  readonly kind: BpfFileKind;
  readonly type: NamespaceType;
  readonly inode: number;
  /** 0 before Linux 6.18. */
  readonly id: bigint;
  readonly pid: number;
  /** The thread, when it has a descriptor table of its own; else equal to `pid`. */
  readonly tid: number;
  /** The descriptor; when `inFlight`, that of the unix socket in whose queue the file waits; 0 where it has none. */
  readonly fd: number;
  readonly inFlight: boolean;
  /** Of the socket, or of the unix socket in whose queue the file waits; else 0. */
  readonly socketInode: number;
  /** Opaque: the unix socket in whose queue it is, which may have neither descriptor nor inode; else 0. */
  readonly queue: bigint;
}

/** A descriptor of a unix socket that has something in its queue. */
export interface BpfReceiver extends Pick<BpfFileRecord, 'pid' | 'tid' | 'fd' | 'socketInode' | 'queue'> {}

/** The queue `inner` is that of a socket which lies in the queue `outer`. Both opaque. */
export interface BpfNestedQueue {
  readonly inner: bigint;
  readonly outer: bigint;
}

export interface BpfFiles {
  readonly records: readonly BpfFileRecord[];
  /** Inode numbers of unix sockets with more files in their queue than one record list takes; the rest is not told. */
  readonly cutSocketInodes: readonly number[];
  /**
   * How many descriptors of inotify or fanotify watch more than could be read; of mappings how many processes had more, or
   * were changing them.
   */
  readonly cut: number;
  readonly receivers: readonly BpfReceiver[];
  readonly nested: readonly BpfNestedQueue[];
}

export const fileLayout = layOut('struct record of bpf/search.h', {
  id: 'u64',
  socket_inode: 'u64',
  kind: 'u32',
  type: 'u32',
  inum: 'u32',
  tgid: 'u32',
  pid: 'u32',
  fd: 'u32',
  held_by: 'u32',
  family: 'u32',
  target: 'u32',
  pad: 'u32',
  sock: 'u64',
});

const { word } = fileLayout;

/** Once each: an id opens what nothing else leads to, such as what a descriptor in flight alone holds. Linux 6.18. */
export function listIdentified(records: readonly BpfFileRecord[]): Iterable<BpfFileRecord> {
  const byId = new Map<bigint, BpfFileRecord>();
  for (const record of records) if (record.id !== 0n) byId.set(record.id, record);
  return byId.values();
}

/** Decodes what readBpfFiles and its like give. */
export function parseBpfFiles(bytes: Uint8Array): BpfFiles {
  const count = countRecords(bytes, fileLayout);
  const record = new RecordReader(bytes);
  const records: BpfFileRecord[] = [];
  const cutSocketInodes: number[] = [];
  const receivers: BpfReceiver[] = [];
  const nested: BpfNestedQueue[] = [];
  let cut = 0;
  for (let index = 0; index < count; index++) {
    record.goTo(index * fileLayout.words);
    const kind = kinds[record.u32(word.kind)];
    const type = findTypeByCloneValue(record.u32(word.type));
    const socketInode = record.long(word.socket_inode);
    const queue = record.u64(word.sock);
    const descriptor = {
      pid: record.u32(word.tgid),
      tid: record.u32(word.pid),
      fd: record.u32(word.fd),
      socketInode,
      queue,
    };
    if (kind === 'queue') receivers.push(descriptor);
    else if (kind === 'lies-in') nested.push({ inner: record.u64(word.id), outer: queue });
    else if (kind === 'cut' && socketInode !== 0) cutSocketInodes.push(socketInode);
    else if (kind === 'cut') cut++;
    else if (kind !== undefined && kind !== 'none' && type !== undefined)
      records.push({
        kind,
        type,
        inode: record.u32(word.inum),
        id: record.u64(word.id),
        ...descriptor,
        inFlight: ways[record.u32(word.held_by)] === 'in-flight',
      });
  }
  return { records, cutSocketInodes, cut, receivers, nested };
}

/** Without what says only that a queue is not empty: what is left changes when a holder does. */
export function listLasting(bytes: Uint8Array): Uint8Array[] {
  const record = new RecordReader(bytes);
  const lasting: Uint8Array[] = [];
  for (let index = 0; index < countRecords(bytes, fileLayout); index++) {
    record.goTo(index * fileLayout.words);
    if (kinds[record.u32(word.kind)] === 'queue') continue;
    lasting.push(bytes.subarray(index * fileLayout.bytes, (index + 1) * fileLayout.bytes));
  }
  return lasting;
}
