// The records of bpf/files.bpf.c, mappings.bpf.c and paths.bpf.c: what a task holds a namespace by without being in it.
import { findTypeByCloneValue, type NamespaceType } from '../../model/snapshot/namespace-types.ts';
import { countRecords, viewLongWords, viewWords } from './bpf-words.ts';

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
] as const;

/** What leads to the file; the numbers of `enum held_by` in bpf/search.h. */
const ways = ['open', 'in-flight', 'mapped'] as const;

type BpfFileKind = Exclude<(typeof kinds)[number], 'none' | 'cut'>;

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
}

interface BpfFiles {
  readonly records: readonly BpfFileRecord[];
  /** Inode numbers of unix sockets with more files in their queue than one record list takes; the rest is not told. */
  readonly cutSocketInodes: readonly number[];
  /**
   * How many descriptors of inotify or fanotify watch more than could be read; of mappings how many processes had more, or
   * were changing them.
   */
  readonly cut: number;
}

const recordBytes = 56;

/** Once each: an id opens what nothing else leads to, such as what a descriptor in flight alone holds. Linux 6.18. */
export function listIdentified(records: readonly BpfFileRecord[]): Iterable<BpfFileRecord> {
  const byId = new Map<bigint, BpfFileRecord>();
  for (const record of records) if (record.id !== 0n) byId.set(record.id, record);
  return byId.values();
}

/** Decodes what readBpfFiles gives, by process. */
export function parseBpfFiles(bytes: Uint8Array): BpfFiles {
  const count = countRecords(bytes, recordBytes);
  const words = viewWords(bytes);
  const ids = viewLongWords(bytes);
  const records: BpfFileRecord[] = [];
  const cutSocketInodes: number[] = [];
  let cut = 0;
  for (let record = 0; record < count; record++) {
    const at = (index: number): number => words[record * 14 + index] as number;
    const kind = kinds[at(4)];
    const type = findTypeByCloneValue(at(5));
    const socketInode = Number(ids[record * 7 + 1]);
    if (kind === 'cut' && socketInode !== 0) cutSocketInodes.push(socketInode);
    else if (kind === 'cut') cut++;
    if (kind === undefined || kind === 'none' || kind === 'cut' || type === undefined) continue;
    records.push({
      kind,
      type,
      inode: at(6),
      id: ids[record * 7] as bigint,
      pid: at(7),
      tid: at(8),
      fd: at(9),
      inFlight: ways[at(10)] === 'in-flight',
      socketInode,
    });
  }
  return { records, cutSocketInodes, cut };
}
