// The kinds of holders that may be there without having been seen. What is not here was looked for everywhere.

import type { Fact } from '../facts/facts.ts';
import { holderKindFacts, type VisibleKind, visibleKinds } from '../snapshot/holder-kinds.ts';
import { isKnown } from '../snapshot/known.ts';
import { type NamespaceType, namespaceTypeFacts } from '../snapshot/namespace-types.ts';
import type { UnseenHolders } from '../snapshot/schema.ts';
import type { Census } from './census.ts';
import type { MergedNamespaces } from './merge-namespaces.ts';

/**
 * From what the sources say of their searches, and for children and owned namespaces from the graph itself.
 * @returns for each kind that was not looked for everywhere each reason, in the order of the kinds
 */
export function findUnseenHolders(
  facts: readonly Fact[],
  merged: MergedNamespaces,
  census: Census,
): readonly UnseenHolders[] {
  const reasons = new Map<VisibleKind, Set<string>>();
  for (const fact of facts) {
    if (fact.fact !== 'search') continue;
    const known = reasons.get(fact.kind) ?? new Set();
    if (fact.unseen !== undefined) known.add(fact.unseen);
    reasons.set(fact.kind, known);
  }
  const relatives = findUnseenRelatives(merged, census);
  reasons.set('child', relatives.child);
  reasons.set('owned', relatives.owned);
  return Object.freeze(
    visibleKinds.flatMap((kind) =>
      [...(reasons.get(kind) ?? [notLookedFor])].sort().map((why) => Object.freeze({ kind, why })),
    ),
  );
}

const notLookedFor = 'not looked for';

/** A child or an owned namespace shows itself by its parent or owner: that must be known of every one that there is. */
function findUnseenRelatives(merged: MergedNamespaces, census: Census) {
  const child = new Set<string>();
  const owned = new Set<string>();
  const orphans = new Map<NamespaceType, number>();
  let strays = 0;
  for (const entry of merged.sorted()) {
    const { type, attributes } = entry;
    if (census.ended(entry)) continue;
    const { parent, owner } = attributes;
    // The boot's own have neither.
    const isTop = entry.inode === namespaceTypeFacts[type].initialInode;
    if (!isTop && (type === 'pid' || type === 'user') && (parent === undefined || !isKnown(parent)))
      orphans.set(type, (orphans.get(type) ?? 0) + 1);
    if (!(isTop && type === 'user') && (owner === undefined || !isKnown(owner))) strays++;
  }
  for (const type of ['pid', 'user'] as const)
    if (!census.isWhole(type)) child.add(`not all ${type} namespaces were listed`);
  for (const [type, count] of orphans) child.add(`the parents of ${count} ${type} namespaces are not known`);
  if (!census.allWhole()) owned.add('not all namespaces were listed');
  if (strays > 0) owned.add(`the owners of ${strays} namespaces are not known`);
  return { child, owned };
}

/** What was looked for everywhere in vain, of all that can hold a namespace of this type. */
export function findRuledOut(type: NamespaceType, unseen: readonly UnseenHolders[]): string[] {
  const kinds = new Set(unseen.map(({ kind }) => kind));
  return kindsHolding([type]).flatMap(({ kind, plural }) => (kinds.has(kind) ? [] : [plural]));
}

/** What may hold namespaces of these types without having been seen; reasons that several kinds share come once. */
export function describeUnseen(types: readonly NamespaceType[], unseen: readonly UnseenHolders[]): string[] {
  const byReason = new Map<string, string[]>();
  for (const { kind, plural } of kindsHolding(types))
    for (const { why } of unseen.filter((one) => one.kind === kind))
      byReason.set(why, [...(byReason.get(why) ?? []), plural]);
  return [...byReason].map(([why, kinds]) => `${kinds.join(', ')} (${why})`);
}

function kindsHolding(held: readonly NamespaceType[]) {
  return holderKindFacts.filter(({ types }) => (types as readonly NamespaceType[]).some((type) => held.includes(type)));
}
