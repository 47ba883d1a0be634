// What differs between two lists of things that one namespace had at two moments.
import { isKnown, type Unknown } from '../../model/snapshot/known.ts';

/** One field of a thing that is not the same at both moments. */
export interface FieldChange {
  readonly what: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** A thing that came, went, or is there at both moments and has changed. */
export type ContentChange<Thing> =
  | { readonly change: 'appeared'; readonly after: Thing }
  | { readonly change: 'vanished'; readonly before: Thing }
  | {
      readonly change: 'changed';
      readonly before: Thing;
      readonly after: Thing;
      readonly changes: readonly FieldChange[];
    };

/** Things of a namespace that could not be compared. */
export interface Uncompared {
  /** The inode number of the namespace. */
  readonly namespace: number;
  /** As "mounts", "links". */
  readonly what: string;
  /** In which of the snapshots they are not known, and why. */
  readonly when: 'before' | 'after';
  readonly why: Unknown;
}

/** What changed in the namespaces that are in both snapshots; what those had that came or ended is not listed. */
export interface ContentDiff<Change> {
  /** How many namespaces were compared, in whole or in part. */
  readonly compared: number;
  readonly changes: readonly Change[];
  readonly uncompared: readonly Uncompared[];
}

/**
 * @param keyOf - things with equal keys are the same thing; of several with one key the first belongs to the first
 * @param compared - the fields that matter
 */
export function diffContents<Thing extends object>(
  before: readonly Thing[],
  after: readonly Thing[],
  keyOf: (thing: Thing) => string,
  compared: readonly (keyof Thing & string)[],
): ContentChange<Thing>[] {
  const remaining = new Map<string, Thing[]>();
  for (const thing of after) {
    const key = keyOf(thing);
    const same = remaining.get(key);
    if (same) same.push(thing);
    else remaining.set(key, [thing]);
  }
  const vanished: ContentChange<Thing>[] = [];
  const changed: ContentChange<Thing>[] = [];
  const matched = new Set<Thing>();
  for (const thing of before) {
    const other = remaining.get(keyOf(thing))?.shift();
    if (!other) {
      vanished.push({ change: 'vanished', before: thing });
      continue;
    }
    matched.add(other);
    const changes = listFieldChanges(thing, other, compared);
    if (changes.length > 0) changed.push({ change: 'changed', before: thing, after: other, changes });
  }
  const appeared = after.filter((thing) => !matched.has(thing));
  return [...appeared.map((thing) => ({ change: 'appeared', after: thing }) as const), ...vanished, ...changed];
}

function listFieldChanges<Thing extends object>(
  before: Thing,
  after: Thing,
  compared: readonly (keyof Thing & string)[],
): FieldChange[] {
  return compared.flatMap((what) =>
    !isTold(before[what]) || !isTold(after[what]) || JSON.stringify(before[what]) === JSON.stringify(after[what])
      ? []
      : [{ what, before: before[what] ?? null, after: after[what] ?? null }],
  );
}

/** What one of the snapshots does not know has not changed by that: an end in a namespace that could not be entered. */
function isTold(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return isKnown<unknown>(value) && !('inode' in value && !isKnown(value.inode));
}
