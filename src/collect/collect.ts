// Runs the table of sources and makes a snapshot of what they say.
import { performance } from 'node:perf_hooks';
import { type HostFacts, readHost } from '../kernel/host.ts';
import { readUserNames } from '../kernel/users.ts';
import { buildSnapshot } from '../model/build-snapshot.ts';
import type { Fact, ProcessFact } from '../model/facts.ts';
import { isKnown } from '../model/known.ts';
import type { Refusal, Snapshot } from '../model/schema.ts';
import { TaskGroups } from '../model/tasks-of-namespaces.ts';
import { type Source, type SourceContext, sources, type Wanted } from '../sources/index.ts';
import { findNamespaces } from './found-namespaces.ts';

/** Everything that a snapshot can carry. */
export const wantEverything: Wanted = { commandLines: 'all', cgroups: true, details: true, threads: true };

/**
 * Takes a snapshot of this host, now.
 * @param wanted - what may be left out to save time; what is left out is `not-asked` in the snapshot
 * @throws NoProcError where there is no /proc to read
 */
export function collectSnapshot(wanted: Wanted = wantEverything): Snapshot {
  const started = performance.now();
  const takenAt = new Date().toISOString();
  const host = readHost();
  const facts = runSources(host, wanted, sources);
  for (const fact of nameUsers(facts)) facts.push(fact);
  const durationMs = round(performance.now() - started);
  facts.push({ fact: 'host', host: { ...host, takenAt, durationMs } });
  return buildSnapshot(facts);
}

function runSources(host: HostFacts, wanted: Wanted, table: readonly Source[]): Fact[] {
  const facts: Fact[] = [];
  const tasks = new TaskGroups();
  const processes: ProcessFact[] = [];
  const inits: number[] = [];
  for (const source of table) {
    const started = performance.now();
    const counts = { asked: 0, found: 0, refused: 0 };
    const refusals = new Map<string, { -readonly [K in keyof Refusal]: Refusal[K] }>();
    const context: SourceContext = {
      host,
      wanted,
      found: () => findNamespaces(facts, tasks),
      processes: () => processes,
      inits: () => inits,
      emit(fact) {
        counts.found++;
        facts.push(fact);
        if (fact.fact === 'process') {
          tasks.add(fact);
          if (fact.tid === fact.pid) processes.push(fact);
          if (fact.tid === 1) inits.push(1);
        } else if (fact.fact === 'nested-pids' && fact.pids.at(-1) === 1) inits.push(fact.pid);
      },
      asked(count = 1) {
        counts.asked += count;
      },
      refused(what, errno, example) {
        counts.refused++;
        const known = refusals.get(what + errno);
        if (known) known.count++;
        else refusals.set(what + errno, { what, errno, count: 1, example });
      },
      limit(reason, lift) {
        facts.push({ fact: 'limit', reason, ...(lift === undefined ? {} : { lift }) });
      },
    };
    const skipped = source.skip?.(context);
    if (skipped === undefined) source.run(context);
    facts.push({
      fact: 'coverage',
      coverage: Object.freeze({
        source: source.name,
        question: source.question,
        ran: skipped === undefined,
        ...(skipped === undefined ? {} : { skipped }),
        ...counts,
        refusals: Object.freeze([...refusals.values()]),
        durationMs: round(performance.now() - started),
      }),
    });
  }
  return facts;
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

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
