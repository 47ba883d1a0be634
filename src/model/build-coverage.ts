// What could not be seen: one verdict over what the sources report.
import type { Fact } from './facts.ts';
import { type NamespaceType, namespaceTypes } from './namespace-types.ts';
import type { Coverage, SourceCoverage } from './schema.ts';

/**
 * The verdict is `complete` only when the kernel itself listed all namespaces of all types, before the other sources and
 * after them. Reasons may stand beside it: they then say of which processes the membership is not known.
 */
export function buildCoverage(facts: readonly Fact[], disagreements: readonly string[]): Coverage {
  const reasons = new Set<string>();
  const lifts = new Set<string>();
  const contradictions = new Set(disagreements);
  const sources: SourceCoverage[] = [];
  const whole = { first: new Set<NamespaceType>(), last: new Set<NamespaceType>() };
  for (const fact of facts) {
    if (fact.fact === 'enumeration') for (const type of fact.wholeTypes) whole[fact.pass].add(type);
    if (fact.fact === 'coverage') sources.push(fact.coverage);
    if (fact.fact === 'disagreement') contradictions.add(fact.text);
    if (fact.fact !== 'limit') continue;
    reasons.add(fact.reason);
    if (fact.lift) lifts.add(fact.lift);
  }
  return Object.freeze({
    verdict: namespaceTypes.every((type) => whole.first.has(type) && whole.last.has(type)) ? 'complete' : 'partial',
    reasons: Object.freeze([...reasons].sort()),
    lifts: Object.freeze([...lifts].sort()),
    disagreements: Object.freeze([...contradictions].sort()),
    sources: Object.freeze(
      sources.sort((a, b) => (a.source < b.source || (a.source === b.source && a.question < b.question) ? -1 : 1)),
    ),
  });
}
