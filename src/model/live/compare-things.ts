// Mounts or links of one namespace, before and after: what came, went and changed. Pure.

import type { Former } from './events.ts';

/** A thing as it is now; of one that went as it was. */
export interface ThingChange<T> {
  readonly kind: 'added' | 'removed' | 'changed';
  readonly key: string;
  readonly thing: T;
  /** Of a changed one: what was otherwise, as it was. */
  readonly was?: Former<T>;
}

/** In the order: what went, then what came or changed, in the order of `after`. */
export function compareThings<T extends object>(
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
): ThingChange<T>[] {
  const changes: ThingChange<T>[] = [];
  for (const [key, thing] of before) if (!after.has(key)) changes.push({ kind: 'removed', key, thing });
  for (const [key, thing] of after) {
    const old = before.get(key);
    if (!old) changes.push({ kind: 'added', key, thing });
    else {
      const was = findDifference(old, thing);
      if (was) changes.push({ kind: 'changed', key, thing, was });
    }
  }
  return changes;
}

/** The fields that the two have otherwise, as `before` has them; undefined where there are none. */
export function findDifference<T extends object>(before: T, after: T): Former<T> | undefined {
  const was: { [Field in keyof T]?: T[Field] | null } = {};
  let isAny = false;
  for (const field of new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof T>) {
    if (before[field] === after[field] || JSON.stringify(before[field]) === JSON.stringify(after[field])) continue;
    was[field] = before[field] ?? null;
    isAny = true;
  }
  return isAny ? was : undefined;
}
