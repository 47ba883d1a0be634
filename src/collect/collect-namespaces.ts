// Takes a snapshot without its workloads: runs the table of sources and builds the graph of what they say.
import { readHost } from '../kernel/own/host.ts';
import { readUserNames } from '../kernel/own/users.ts';
import { buildSnapshot } from '../model/build/build-snapshot.ts';
import type { Fact } from '../model/facts/facts.ts';
import type { Snapshot } from '../model/snapshot/schema.ts';
import type { Wanted } from '../model/snapshot/wanted.ts';
import { sources } from '../sources/index.ts';
import { runSources } from './run-sources.ts';
import { startWatch } from './stopwatch.ts';

/**
 * Takes a snapshot of this host, now, with all that workloads are known by where these are wanted.
 * @throws NoProcError where there is no /proc to read
 */
export function collectNamespaces(wanted: Wanted): Snapshot {
  const elapsedMs = startWatch();
  const takenAt = new Date().toISOString();
  const host = readHost();
  const facts = runSources(host, completeWanted(wanted), sources);
  facts.push(...nameUsers());
  facts.push({ fact: 'host', host: { ...host, takenAt, durationMs: elapsedMs() } });
  return buildSnapshot(facts, wanted);
}

/** By what workloads are known is read of every process, and of every user namespace whose it is. */
function completeWanted(wanted: Wanted): Wanted {
  return wanted.workloads ? { ...wanted, commandLines: 'all', cgroups: true, details: true } : wanted;
}

/** All names that the host has at hand: the snapshot keeps those of the uids that occur in it. */
function* nameUsers(): Generator<Fact> {
  for (const [uid, name] of readUserNames()) yield { fact: 'user-name', uid, name };
}
