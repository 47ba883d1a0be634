// Runs the table of readers; each is counted and timed like a source.
import { RefusalCounts } from '../model/facts/refusals.ts';
import type { Conditions, Snapshot, SourceCoverage } from '../model/snapshot/schema.ts';
import { verdictConditions, type Wanted } from '../model/snapshot/wanted.ts';
import type { ConditionReader } from './condition.ts';

export interface FoundConditions {
  readonly conditions: Conditions;
  readonly coverage: readonly SourceCoverage[];
}

/** @param elapsedMs - gives a stopwatch: milliseconds since the call */
export function readConditions(
  snapshot: Snapshot,
  readers: readonly ConditionReader[],
  elapsedMs: () => () => number,
  wanted: Pick<Wanted, 'bpf' | 'conditions'>,
): FoundConditions {
  const conditions: Partial<Record<keyof Conditions, unknown>> = {};
  const { conditions: names } = wanted;
  const wantedNames = typeof names === 'boolean' ? verdictConditions : names;
  const chosen = readers.filter(({ name }) => wantedNames.includes(name));
  const coverage = chosen.map((reader): SourceCoverage => {
    const elapsed = elapsedMs();
    const refusals = new RefusalCounts();
    let asked = 0;
    const report = {
      asked: (count = 1) => {
        asked += count;
      },
      refused: (what: string, errno: string, example: string) => refusals.add(what, errno, example),
    };
    const value = reader.read(snapshot, report, wanted, conditions as Conditions);
    conditions[reader.name] = value;
    return Object.freeze({
      source: `condition ${reader.name}`,
      question: reader.question,
      ran: true,
      asked,
      found: Array.isArray(value) ? value.length : Object.keys(value).length,
      refused: refusals.total,
      refusals: refusals.list(),
      durationMs: elapsed(),
    });
  });
  return { conditions: Object.freeze(conditions as Conditions), coverage };
}
