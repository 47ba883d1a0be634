// What the kernel's own lists say, before and after the other sources: which namespaces ended meanwhile, and which are
// there although nothing visible holds them.
import type { EnumerationFact, NamespaceInodes } from './facts.ts';
import { isKnown } from './known.ts';
import type { MergedNamespace, MergedNamespaces } from './merge-namespaces.ts';
import {
  formatNamespace,
  type NamespaceType,
  namespaceLinks,
  namespaceTypes,
  readLinkType,
} from './namespace-types.ts';

export interface Census {
  /** It was listed before, is not listed after, and nothing else names it: it ended while the others were read. */
  ended(entry: MergedNamespace): boolean;
  /** The kernel listed it after all other sources had run. */
  listedLast(entry: MergedNamespace): boolean;
  /** It was listed before the other sources ran: what holds it had the chance to be seen by them. */
  listedFirst(entry: MergedNamespace): boolean;
  /** The kernel listed all namespaces of this type, before the other sources and after them. */
  isWhole(type: NamespaceType): boolean;
  /** The same of all types. */
  allWhole(): boolean;
}

/** Without any enumeration nothing is known to have ended, and nothing is listed. */
export function takeCensus(
  enumerations: readonly EnumerationFact[],
  merged: MergedNamespaces,
  tasks: ReadonlyMap<NamespaceInodes, unknown>,
): Census {
  const first = collectKeys(enumerations, 'first');
  const last = collectKeys(enumerations, 'last');
  const wholeFirst = collectWholeTypes(enumerations, 'first');
  const wholeLast = collectWholeTypes(enumerations, 'last');
  const isWhole = (type: NamespaceType) => wholeFirst.has(type) && wholeLast.has(type);
  const named = new Set<string>();
  for (const namespaces of tasks.keys())
    for (const link of namespaceLinks) {
      const inode = namespaces[link];
      if (isKnown(inode)) named.add(formatNamespace(readLinkType(link), inode));
    }
  const keyOf = (entry: MergedNamespace) => formatNamespace(entry.type, entry.inode);
  const ended = new Set<string>();
  const kept: MergedNamespace[] = [];
  for (const entry of merged.sorted()) {
    const key = keyOf(entry);
    const unseen = !named.has(key) && entry.holders.size === 0 && entry.names.length === 0;
    if (unseen && wholeLast.has(entry.type) && first.has(key) && !last.has(key)) ended.add(key);
    else kept.push(entry);
  }
  // What stands above one that is kept is kept as well, up to the top.
  for (let entry = kept.pop(); entry; entry = kept.pop())
    for (const above of merged.aboveOf(entry)) if (ended.delete(keyOf(above))) kept.push(above);
  return {
    ended: (entry) => ended.has(keyOf(entry)),
    listedFirst: (entry) => first.has(keyOf(entry)),
    listedLast: (entry) => last.has(keyOf(entry)),
    isWhole,
    allWhole: () => namespaceTypes.every(isWhole),
  };
}

function collectWholeTypes(
  enumerations: readonly EnumerationFact[],
  pass: 'first' | 'last',
): ReadonlySet<NamespaceType> {
  return new Set(enumerations.filter((one) => one.pass === pass).flatMap(({ wholeTypes }) => wholeTypes));
}

function collectKeys(enumerations: readonly EnumerationFact[], pass: 'first' | 'last'): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const enumeration of enumerations)
    if (enumeration.pass === pass)
      for (const { type, inode } of enumeration.namespaces) keys.add(formatNamespace(type, inode));
  return keys;
}
