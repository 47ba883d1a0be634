// What has to be known of the holders of namespaces before a command is proposed that releases them.
import { realpathSync } from 'node:fs';
import { basename } from 'node:path';
import type { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { readSuperblocks, type Superblocks } from '../../kernel/bpf/kernel-lists.ts';
import { readHoldingProcess } from '../../kernel/process/holding-process.ts';
import { makeFrozenReader } from '../../kernel/process/process-security.ts';
import {
  type HoldingProcess,
  type MountRoom,
  type ReleaseEvidence,
  releasePrograms,
} from '../../model/evidence/release-evidence.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import type { Namespace } from '../../model/snapshot/schema.ts';
import { listPrograms } from './find-program.ts';
import { type ListLocks, readMountRoom } from './read-mount-room.ts';

/**
 * Reads about what holds these namespaces, and nothing else: each process, and each mount namespace that one is mounted
 * in. Nothing is changed.
 * @param index - of a snapshot of this host, taken just now
 * @param nscope - the words that start nscope itself, where commands may use it
 * @param bpf - whether BPF may be used, which alone tells what is locked
 * @param pids - processes that are to end for another reason
 * @param inodes - mount namespaces in which something is to be unmounted for another reason
 */
export function readReleaseEvidence(
  index: SnapshotIndex,
  namespaces: readonly Namespace[],
  nscope?: readonly string[],
  bpf = true,
  pids: readonly number[] = [],
  inodes: readonly number[] = [],
): ReleaseEvidence {
  const processes = new Map<number, Known<HoldingProcess>>();
  const around = new Set<number>(inodes);
  const isFrozen = makeFrozenReader();
  const addProcess = (pid: number) => {
    if (!processes.has(pid)) processes.set(pid, readHoldingProcess(pid, isFrozen));
  };
  for (const pid of pids) addProcess(pid);
  for (const namespace of namespaces) {
    for (const { pid } of index.membersOf(namespace.type, namespace.inode)) addProcess(pid);
    for (const holder of namespace.holders)
      if ('pid' in holder) addProcess(holder.pid);
      else if ('mountNamespace' in holder && isKnown(holder.mountNamespace) && isKnown(holder.path))
        around.add(holder.mountNamespace);
  }
  let superblocks: Superblocks | undefined;
  const listLocks: ListLocks = (inode) => {
    if (!bpf) return [];
    superblocks ??= readSuperblocks();
    const { records = [] } = superblocks;
    return records
      .filter(({ way, mountNamespaceInode }) => way === 'bind-mount' && mountNamespaceInode === inode)
      .map(({ oldMountId, isLocked }) => [oldMountId, isLocked] as const);
  };
  const rooms = new Map<number, MountRoom>();
  for (const inode of around) {
    const room = readMountRoom(index, inode, listLocks);
    if (room) rooms.set(inode, room);
  }
  const files = new Map(releasePrograms.flatMap((name) => findProgram(name)));
  const isOfUtilLinux = (name: string): boolean => !/busybox|toybox/.test(files.get(name) ?? 'busybox');
  return {
    processes,
    rooms,
    programs: new Set(files.keys()),
    hasUtilLinux: isOfUtilLinux('nsenter') && isOfUtilLinux('umount'),
    nscope,
  };
}

/** With the name of the file behind it. */
function findProgram(name: string): [string, string][] {
  for (const file of listPrograms(name, process.env['PATH']))
    try {
      return [[name, basename(realpathSync(file))]];
    } catch {
      // Not in this directory.
    }
  return [];
}
