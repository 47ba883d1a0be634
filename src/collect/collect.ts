// Takes a snapshot: runs the table of sources and builds the graph of what they say.
import { readHost } from '../kernel/host.ts';
import { readUserNames } from '../kernel/users.ts';
import { buildSnapshot } from '../model/build-snapshot.ts';
import type { Fact } from '../model/facts.ts';
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
  facts.push(...nameUsers());
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

/** All names that the host has at hand: the snapshot keeps those of the uids that occur in it. */
function* nameUsers(): Generator<Fact> {
  for (const [uid, name] of readUserNames()) yield { fact: 'user-name', uid, name };
}
