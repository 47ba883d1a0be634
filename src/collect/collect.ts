// Takes a snapshot: runs the table of sources and builds the graph of what they say.
import { readHost } from '../kernel/host.ts';
import { readUserNames } from '../kernel/users.ts';
import { buildSnapshot } from '../model/build-snapshot.ts';
import type { Fact } from '../model/facts.ts';
import { isKnown } from '../model/known.ts';
import type { Snapshot } from '../model/schema.ts';
import { type Wanted, wantEverything } from '../model/wanted.ts';
import { sources } from '../sources/index.ts';
import { findWorkloads } from '../workloads/index.ts';
import { describeNameless } from '../workloads/nameless.ts';
import { runSources } from './run-sources.ts';
import { startWatch } from './stopwatch.ts';

/**
 * Takes a snapshot of this host, now.
 * @param wanted - what may be left out to save time; what is left out is `not-asked` in the snapshot
 * @throws NoProcError where there is no /proc to read
 */
export function collectSnapshot(wanted: Wanted = wantEverything): Snapshot {
  const elapsedMs = startWatch();
  const takenAt = new Date().toISOString();
  const host = readHost();
  const facts = runSources(host, completeWanted(wanted), sources);
  for (const fact of nameUsers(facts)) facts.push(fact);
  facts.push({ fact: 'host', host: { ...host, takenAt, durationMs: elapsedMs() } });
  const snapshot = buildSnapshot(facts, wanted);
  return wanted.workloads ? addWorkloads(snapshot) : snapshot;
}

/** By what workloads are known is read of every process. */
function completeWanted(wanted: Wanted): Wanted {
  return wanted.workloads ? { ...wanted, commandLines: 'all', cgroups: true } : wanted;
}

function addWorkloads(snapshot: Snapshot): Snapshot {
  const elapsedMs = startWatch();
  const { workloads, coverage } = findWorkloads(snapshot);
  const source = Object.freeze({ ...coverage, durationMs: elapsedMs() });
  const sources = Object.freeze([...snapshot.coverage.sources, source]);
  const told = { ...snapshot, workloads, coverage: Object.freeze({ ...snapshot.coverage, sources }) };
  return Object.freeze(describeNameless(told));
}

/** The names of the uids that occur in the facts. */
function* nameUsers(facts: readonly Fact[]): Generator<Fact> {
  const uids = new Set<number>();
  for (const fact of facts) {
    if (fact.fact === 'process') uids.add(fact.uid);
    else if (fact.fact === 'namespace' && fact.creatorUid !== undefined && isKnown(fact.creatorUid))
      uids.add(fact.creatorUid);
  }
  const names = readUserNames();
  for (const uid of uids) {
    const name = names.get(uid);
    if (name !== undefined) yield { fact: 'user-name', uid, name };
  }
}
