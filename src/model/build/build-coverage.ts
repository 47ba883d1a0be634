// What could not be seen: one verdict over what the sources report.

import type { Fact } from '../facts/facts.ts';
import type { Coverage, Limit, SourceCoverage, UnseenHolders } from '../snapshot/schema.ts';
import type { Census } from './census.ts';

/**
 * The verdict is `complete` only when the kernel itself listed all namespaces of all types, before the other sources and
 * after them. Reasons may stand beside it: they then say of which processes the membership is not known, and
 * `unseenHolders` which holders may not have been seen.
 */
export function buildCoverage(
  facts: readonly Fact[],
  disagreements: readonly string[],
  census: Pick<Census, 'allWhole'>,
  unseenHolders: readonly UnseenHolders[],
): Coverage {
  const limits = new Map<string, Limit>();
  const lifts = new Set<string>();
  const contradictions = new Set(disagreements);
  const sources: SourceCoverage[] = [];
  for (const fact of facts) {
    if (fact.fact === 'coverage') sources.push(fact.coverage);
    if (fact.fact === 'disagreement') contradictions.add(fact.text);
    if (fact.fact !== 'limit') continue;
    const { fact: _, ...limit } = fact;
    const { reason, lift } = limit;
    if (lift) lifts.add(lift);
    const told = limits.get(reason);
    // Of the same told twice the order decides nothing.
    if (!told || (lift !== undefined && (told.lift === undefined || lift < told.lift)))
      limits.set(reason, Object.freeze(limit));
  }
  const reasons = [...limits.keys()].sort();
  return Object.freeze({
    verdict: census.allWhole() ? 'complete' : 'partial',
    reasons: Object.freeze(reasons),
    lifts: Object.freeze([...lifts].sort()),
    limits: Object.freeze(reasons.flatMap((reason) => limits.get(reason) ?? [])),
    unseenHolders,
    disagreements: Object.freeze([...contradictions].sort()),
    sources: Object.freeze(
      sources.sort((a, b) => (a.source < b.source || (a.source === b.source && a.question < b.question) ? -1 : 1)),
    ),
  });
}
