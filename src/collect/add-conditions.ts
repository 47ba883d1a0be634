// Adds to a snapshot of this host what verdicts need besides the graph.
import { findConditions } from '../conditions/index.ts';
import type { Snapshot } from '../model/snapshot/schema.ts';
import type { Wanted } from '../model/snapshot/wanted.ts';
import { startWatch } from './stopwatch.ts';

/** @param snapshot - of this host, taken a moment ago; rules that ask for workloads need them in it */
export function addConditions(snapshot: Snapshot, wanted: Pick<Wanted, 'bpf' | 'conditions'>): Snapshot {
  const { conditions, coverage } = findConditions(snapshot, startWatch, wanted);
  const sources = Object.freeze([...snapshot.coverage.sources, ...coverage]);
  return Object.freeze({ ...snapshot, conditions, coverage: Object.freeze({ ...snapshot.coverage, sources }) });
}
