// What could not be seen: one verdict over what the sources report.
import type { Fact } from './facts.ts';
import type { Coverage, SourceCoverage } from './schema.ts';

/** The verdict is `complete` only when nothing limits the listing: a source that enumerates lifts its limit by not stating one. */
export function buildCoverage(facts: readonly Fact[], disagreements: readonly string[]): Coverage {
  const reasons = new Set<string>();
  const lifts = new Set<string>();
  const contradictions = new Set(disagreements);
  const sources: SourceCoverage[] = [];
  for (const fact of facts) {
    if (fact.fact === 'coverage') sources.push(fact.coverage);
    if (fact.fact === 'disagreement') contradictions.add(fact.text);
    if (fact.fact !== 'limit') continue;
    reasons.add(fact.reason);
    if (fact.lift) lifts.add(fact.lift);
  }
  return Object.freeze({
    verdict: reasons.size === 0 ? 'complete' : 'partial',
    reasons: Object.freeze([...reasons].sort()),
    lifts: Object.freeze([...lifts].sort()),
    disagreements: Object.freeze([...contradictions].sort()),
    sources: Object.freeze(sources.sort((a, b) => (a.source < b.source ? -1 : 1))),
  });
}
