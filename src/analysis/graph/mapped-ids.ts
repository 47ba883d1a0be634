// The ids of the host that user namespaces map: /proc/PID/uid_map, user_namespaces(7).

import { findHostInode } from '../../model/derived/host-inode.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { IdMapping, Namespace } from '../../model/snapshot/schema.ts';
import type { SnapshotIndex } from './snapshot-index.ts';

export type IdKind = 'uid' | 'gid';

/** A range of ids, as nscope has them, that a user namespace maps. */
export interface MappedRange {
  readonly namespace: Namespace;
  readonly kind: IdKind;
  readonly mapping: IdMapping;
  readonly first: number;
  /** The last that belongs to it. */
  readonly last: number;
}

/**
 * Ranges of user namespaces whose parent is the host's, by their beginning. Those further down lie within their parents'.
 */
export function listMappedRanges(index: SnapshotIndex, kind: IdKind): MappedRange[] {
  const hosts = findHostInode(index.snapshot, 'user');
  const ranges: MappedRange[] = [];
  for (const namespace of index.snapshot.namespaces) {
    if (namespace.type !== 'user' || namespace.parent !== hosts || namespace.inode === hosts) continue;
    for (const mapping of readMap(namespace, kind) ?? []) {
      const { outside: first, count } = mapping;
      ranges.push({ namespace, kind, mapping, first, last: first + count - 1 });
    }
  }
  return ranges.sort((a, b) => a.first - b.first);
}

/** Undefined where it is not known. */
export function readMap({ uidMap, gidMap }: Namespace, kind: IdKind): readonly IdMapping[] | undefined {
  const map = kind === 'uid' ? uidMap : gidMap;
  return map !== undefined && isKnown(map) ? map : undefined;
}

export function formatIds(kind: IdKind, first: number, last: number): string {
  return first === last ? `${kind} ${first}` : `${kind}s ${first} to ${last}`;
}

/** What a user namespace belongs to: a workload, else the process that leads it, else nothing more. */
export function describeUserNamespace({ inode, processes: { leader } }: Namespace, index: SnapshotIndex): string {
  const [workload] = index.workloadsOf('user', inode) ?? [];
  const name = `user:[${inode}]`;
  if (workload) return `${name} of ${workload.engine}:${workload.name}`;
  const process = leader === null ? undefined : index.process(leader);
  return process ? `${name} of process ${process.pid} (${process.comm})` : `${name} without a process`;
}
