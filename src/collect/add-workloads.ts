// Adds to a snapshot of this host which workloads its processes are of.
import type { Snapshot } from '../model/snapshot/schema.ts';
import { findWorkloads } from '../workloads/index.ts';
import { describeNameless } from '../workloads/names/nameless.ts';
import { startWatch } from './stopwatch.ts';

/** @param snapshot - taken with all that workloads are known by */
export function addWorkloads(snapshot: Snapshot): Snapshot {
  const elapsedMs = startWatch();
  const { workloads, coverage } = findWorkloads(snapshot);
  const source = Object.freeze({ ...coverage, durationMs: elapsedMs() });
  const sources = Object.freeze([...snapshot.coverage.sources, source]);
  const told = { ...snapshot, workloads, coverage: Object.freeze({ ...snapshot.coverage, sources }) };
  return Object.freeze(describeNameless(told));
}
