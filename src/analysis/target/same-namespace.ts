// Is the namespace of one snapshot that of another? Inode numbers are given out again; the kernel's 64-bit ids are not.
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import type { Namespace, Snapshot } from '../../model/snapshot/schema.ts';

/** `presumed`: the same type and inode number, and nothing that tells against it. */
export type Sameness = 'same' | 'presumed' | 'different';

/**
 * Compares a namespace of an earlier snapshot with one of the same type and inode number in a later one.
 * Different boots have nothing in common. With ids on both sides the answer is certain. Without, what a namespace never
 * changes tells a reused number: its owner, parent, creator, a map once written, and an init that is younger than the
 * earlier snapshot.
 */
export function compareIdentity(before: Namespace, after: Namespace, earlier: Snapshot, later: Snapshot): Sameness {
  const boots = [earlier.host.bootId, later.host.bootId];
  if (boots.every(isKnown) && boots[0] !== boots[1]) return 'different';
  if (isKnown(before.id) && isKnown(after.id)) return before.id === after.id ? 'same' : 'different';
  if (before.initial === true && after.initial === true) return 'same';
  if (differs(before.owner, after.owner) || differs(before.ownerUid, after.ownerUid)) return 'different';
  if (differs(before.parent, after.parent)) return 'different';
  if (differs(before.dev, after.dev)) return 'different';
  if (wasRewritten(before.uidMap, after.uidMap) || wasRewritten(before.gidMap, after.gidMap)) return 'different';
  return hasYoungerInit(after, earlier, later) ? 'different' : 'presumed';
}

/** What is not known on one side tells nothing. */
function differs<T>(before: Known<T> | undefined, after: Known<T> | undefined): boolean {
  return before !== undefined && after !== undefined && isKnown(before) && isKnown(after) && before !== after;
}

/** A map is written once: user_namespaces(7). */
function wasRewritten(before: Namespace['uidMap'], after: Namespace['uidMap']): boolean {
  if (before === undefined || after === undefined || !isKnown(before) || !isKnown(after)) return false;
  return before.length > 0 && JSON.stringify(before) !== JSON.stringify(after);
}

/** A pid namespace lives no longer than its init: an init born after the earlier snapshot is that of another. */
function hasYoungerInit(after: Namespace, earlier: Snapshot, later: Snapshot): boolean {
  const { init } = after;
  if (typeof init !== 'number' || init === 1) return false;
  const before = earlier.processes.find(({ tid }) => tid === init);
  const now = later.processes.find(({ tid }) => tid === init);
  return now !== undefined && (before === undefined || before.startTimeTicks !== now.startTimeTicks);
}
