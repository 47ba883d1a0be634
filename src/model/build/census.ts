// What the kernel's own lists say, before and after the other sources: which namespaces ended meanwhile, and which are
// there although nothing visible holds them.
import type { EnumerationFact } from '../facts/facts.ts';
import { type NamespaceType, namespaceTypes } from '../snapshot/namespace-types.ts';
import type { MergedNamespace, MergedNamespaces } from './merge-namespaces.ts';

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
export function takeCensus(enumerations: readonly EnumerationFact[], merged: MergedNamespaces): Census {
  const first = new ListedKeys(enumerations, 'first');
  const last = new ListedKeys(enumerations, 'last');
  const wholeFirst = collectWholeTypes(enumerations, 'first');
  const wholeLast = collectWholeTypes(enumerations, 'last');
  const isWhole = (type: NamespaceType) => wholeFirst.has(type) && wholeLast.has(type);
  const ended = new Set<MergedNamespace>();
  const kept: MergedNamespace[] = [];
  for (const entry of merged.sorted()) {
    const unseen = !entry.seenByTasks && entry.holders.size === 0 && entry.names.length === 0;
    if (unseen && wholeLast.has(entry.type) && first.has(entry) && !last.has(entry)) ended.add(entry);
    else kept.push(entry);
  }
  // What stands above one that is kept is kept as well, up to the top.
  if (ended.size > 0)
    for (let entry = kept.pop(); entry; entry = kept.pop())
      for (const above of merged.aboveOf(entry)) if (ended.delete(above)) kept.push(above);
  return {
    ended: (entry) => ended.has(entry),
    listedFirst: (entry) => first.has(entry),
    listedLast: (entry) => last.has(entry),
    isWhole,
    allWhole: () => namespaceTypes.every(isWhole),
  };
}

/** The namespaces of the lists of one pass. */
class ListedKeys {
  readonly #inodes = new Map<NamespaceType, Set<number>>();

  constructor(enumerations: readonly EnumerationFact[], wanted: 'first' | 'last') {
    for (const { pass, namespaces } of enumerations)
      if (pass === wanted)
        for (const { type, inode } of namespaces) {
          const inodes = this.#inodes.get(type);
          if (inodes) inodes.add(inode);
          else this.#inodes.set(type, new Set([inode]));
        }
  }

  has({ type, inode }: MergedNamespace): boolean {
    return this.#inodes.get(type)?.has(inode) ?? false;
  }
}

function collectWholeTypes(
  enumerations: readonly EnumerationFact[],
  pass: 'first' | 'last',
): ReadonlySet<NamespaceType> {
  return new Set(enumerations.filter((one) => one.pass === pass).flatMap(({ wholeTypes }) => wholeTypes));
}
