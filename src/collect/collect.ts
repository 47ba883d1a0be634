// Takes a snapshot: the namespaces and processes of this host, and the workloads that they belong to.
import type { ConditionMeans } from '../conditions/condition.ts';
import { findConditions } from '../conditions/index.ts';
import type { Snapshot } from '../model/snapshot/schema.ts';
import { type Wanted, wantEverything } from '../model/snapshot/wanted.ts';
import { findWorkloads } from '../workloads/index.ts';
import { describeNameless } from '../workloads/names/nameless.ts';
import { collectNamespaces } from './collect-namespaces.ts';
import { startWatch } from './stopwatch.ts';

/**
 * Takes a snapshot of this host, now.
 * @param options - what may be left out to save time, as `{ holders: false }`; everything is read that is not named, and
 *   what is left out is `not-asked` in the snapshot
 * @throws NoProcError where there is no /proc to read; TypeError for an option that does not exist
 */
export function collectSnapshot(options: Partial<Wanted> = {}): Snapshot {
  for (const name of Object.keys(options))
    if (!(name in wantEverything))
      throw new TypeError(`collectSnapshot has no option ${name}; there are ${Object.keys(wantEverything).join(', ')}`);
  const wanted = { ...wantEverything, ...options };
  const snapshot = collectNamespaces(wanted);
  const named = wanted.workloads ? addWorkloads(snapshot) : snapshot;
  return wanted.conditions ? addConditions(named, { bpf: wanted.bpf }) : named;
}

/** @param snapshot - taken with all that workloads are known by */
export function addWorkloads(snapshot: Snapshot): Snapshot {
  const elapsedMs = startWatch();
  const { workloads, coverage } = findWorkloads(snapshot);
  const source = Object.freeze({ ...coverage, durationMs: elapsedMs() });
  const sources = Object.freeze([...snapshot.coverage.sources, source]);
  const told = { ...snapshot, workloads, coverage: Object.freeze({ ...snapshot.coverage, sources }) };
  return Object.freeze(describeNameless(told));
}

/** @param snapshot - of this host, taken a moment ago; rules that ask for workloads need them in it */
export function addConditions(snapshot: Snapshot, means?: ConditionMeans): Snapshot {
  const { conditions, coverage } = findConditions(snapshot, startWatch, means);
  const sources = Object.freeze([...snapshot.coverage.sources, ...coverage]);
  return Object.freeze({ ...snapshot, conditions, coverage: Object.freeze({ ...snapshot.coverage, sources }) });
}
