// The row of a namespace in a listing, and what its cells are made of.

import type { ListedNamespace } from '../../analysis/graph/inferred-places.ts';
import type { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { describeUser } from '../../analysis/release/command.ts';
import { type HolderKind, holderKinds } from '../../model/snapshot/holder-kinds.ts';
import { isKnown, type Known, type Unknown } from '../../model/snapshot/known.ts';
import type { IdMapping, Process } from '../../model/snapshot/schema.ts';
import type { Cell } from './columns.ts';

export interface NamespaceRow {
  readonly namespace: ListedNamespace;
  readonly leader: Process | undefined;
  /** Whether it is inferred that the leader is in it. */
  readonly leaderInferred: boolean;
  readonly index: SnapshotIndex;
}

/** Its leader is the oldest of those in it, also where that one is only inferred to be. */
export function makeNamespaceRow(namespace: ListedNamespace, index: SnapshotIndex): NamespaceRow {
  const { leader, inferred } = namespace.processes;
  const known = leader === null ? undefined : index.process(leader);
  const other = inferred?.leader == null ? undefined : index.process(inferred.leader);
  const leaderInferred =
    other !== undefined && other !== known && (!known || (namespace.type !== 'pid' && isOlder(other, known)));
  return { namespace, leader: leaderInferred ? other : known, leaderInferred, index };
}

/** Of those who started in one tick the one with the smaller number. */
function isOlder(a: Process, b: Process): boolean {
  return a.startTimeTicks < b.startTimeTicks || (a.startTimeTicks === b.startTimeTicks && a.pid < b.pid);
}

export function readUser({ namespace, leader, index }: NamespaceRow): Cell {
  const { users } = index.snapshot.host;
  if (leader) return describeUser(users, leader.uid);
  return isKnown(namespace.ownerUid) ? describeUser(users, namespace.ownerUid) : namespace.ownerUid;
}

/** A column that only one type has is none for the others. */
export function pick<T>(value: Known<T> | undefined, read: (value: T) => string): Cell {
  if (value === undefined) return null;
  return isKnown(value) ? read(value) : value;
}

export function formatMap(map: readonly IdMapping[]): string {
  return map.map(({ inside, outside, count }) => `${inside}:${outside}:${count}`).join(' ');
}

/** How many are in it as far as anybody saw; not known where none was seen and some could not be. */
export function countMembers(namespace: ListedNamespace): Known<number> {
  const { count, mayBeMore } = namespace.processes;
  return mayBeMore ? unseen : count + countInferred(namespace);
}

const unseen: Unknown = Object.freeze({
  unknown: 'denied',
  detail: 'none was seen, and of some processes it is not known where they are',
});

export function countInferred({ processes }: ListedNamespace): number {
  return processes.inferred ? processes.inferred.certain + processes.inferred.likely : 0;
}

export function listHolderKinds({ holderCounts }: ListedNamespace): HolderKind[] {
  return holderKinds.filter((kind) => (holderCounts[kind] ?? 0) > 0);
}

/** "fd 2, bind-mount 1"; a namespace without any was about to end, or its holders are out of sight. */
export function formatHolderCounts(namespace: ListedNamespace): string {
  const { holderCounts } = namespace;
  if (namespace.holders.some((holder) => holder.kind === 'kernel' && holder.notSeen.length > 0)) return 'none seen';
  return (
    listHolderKinds(namespace)
      .map((kind) => `${kind} ${holderCounts[kind]}`)
      .join(', ') || '?'
  );
}

export function findPath(namespace: ListedNamespace): string | null {
  const [name] = namespace.names;
  if (name) return name.path;
  const { leader } = namespace.processes;
  return leader === null ? null : `/proc/${leader}/ns/${namespace.type}`;
}
