// Adds to a snapshot of this host what verdicts need besides the graph.
import type { ConditionMeans } from '../conditions/condition.ts';
import { findConditions } from '../conditions/index.ts';
import type { Snapshot } from '../model/snapshot/schema.ts';
import { startWatch } from './stopwatch.ts';

/** @param snapshot - of this host, taken a moment ago; rules that ask for workloads need them in it */
export function addConditions(snapshot: Snapshot, means?: ConditionMeans): Snapshot {
  const { conditions, coverage } = findConditions(snapshot, startWatch, means);
  const sources = Object.freeze([...snapshot.coverage.sources, ...coverage]);
  return Object.freeze({ ...snapshot, conditions, coverage: Object.freeze({ ...snapshot.coverage, sources }) });
}
