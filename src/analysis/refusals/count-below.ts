// How many namespaces of a type a user namespace and those below it own: what its limit counts, all users together.
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';

/** @param user - inode number of the user namespace */
export function countBelow(type: NamespaceType, user: number, index: SnapshotIndex): number {
  return index.snapshot.namespaces.filter((namespace) => {
    if (namespace.type !== type) return false;
    return isBelow(type === 'user' ? (namespace.parent ?? null) : namespace.owner, user, index);
  }).length;
}

function isBelow(start: Known<number | null>, user: number, index: SnapshotIndex): boolean {
  const seen = new Set<number>();
  let here = start;
  while (isKnown(here) && here !== null && !seen.has(here)) {
    if (here === user) return true;
    seen.add(here);
    here = index.namespace('user', here)?.parent ?? null;
  }
  return false;
}
