// Inode numbers of namespaces are given out again at once. Where that happened while the sources ran, what they said of the
// namespace that ended is told apart from what they said of the one that bears its number now: by the kernel's 64-bit ids.
import type { EnumerationFact, NamespaceFact } from '../facts/facts.ts';
import { isKnown } from '../snapshot/known.ts';
import { formatNamespace } from '../snapshot/namespace-types.ts';

export class ReusedInodes {
  readonly #enumerations: readonly EnumerationFact[];
  /** Made when they are needed: numbers are seldom given out again during a scan. */
  #first: ReadonlyMap<string, string> | undefined;
  #last: ReadonlyMap<string, string> | undefined;

  constructor(enumerations: readonly EnumerationFact[]) {
    this.#enumerations = enumerations;
  }

  /**
   * Of all that was said under one number what is meant of its last bearer. Different ids of one that the kernel has under
   * the same id before and after are no reuse but a contradiction: all is kept then.
   * @param facts - of one type and inode number
   */
  keepLast(facts: readonly NamespaceFact[]): readonly NamespaceFact[] {
    if (facts.length < 2) return facts;
    const ids = new Set(facts.flatMap(({ id }) => (id !== undefined && isKnown(id) ? [id] : [])));
    const [one] = facts;
    if (ids.size < 2 || !one) return facts;
    const key = formatNamespace(one.type, one.inode);
    this.#first ??= collectIds(this.#enumerations, 'first');
    this.#last ??= collectIds(this.#enumerations, 'last');
    const last = this.#last.get(key);
    if (last !== undefined && last === this.#first.get(key)) return facts;
    const bearer = last ?? [...ids].sort(compareIds).at(-1);
    return facts.filter(({ id }) => id === undefined || !isKnown(id) || id === bearer);
  }
}

function collectIds(enumerations: readonly EnumerationFact[], pass: 'first' | 'last'): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  for (const enumeration of enumerations)
    if (enumeration.pass === pass)
      for (const { type, inode, id } of enumeration.namespaces) {
        const key = formatNamespace(type, inode);
        const before = ids.get(key);
        // Of two lists of one pass: the order of facts may not decide.
        if (id !== undefined && isKnown(id) && (before === undefined || compareIds(before, id) < 0)) ids.set(key, id);
      }
  return ids;
}

/** 64-bit numbers in decimal; from Linux 6.19 on a larger one is younger. */
function compareIds(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}
