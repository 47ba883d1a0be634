// Runs the ordered table: each source gets what those before it found, and is timed and counted.
import type { HostFacts } from '../kernel/own/host.ts';
import type { Fact } from '../model/facts/facts.ts';
import type { Wanted } from '../model/snapshot/wanted.ts';
import type { Source } from '../sources/index.ts';
import { Collection } from './collection.ts';
import { SourceReport } from './source-report.ts';
import { startWatch } from './stopwatch.ts';

/** @returns all facts, coverage among them; descriptors that were kept are closed again */
export function runSources(host: HostFacts, wanted: Wanted, table: readonly Source[]): Fact[] {
  const collection = new Collection(host, wanted);
  try {
    const unfinished = table.flatMap((source) => runSource(source, collection) ?? []);
    for (const finish of unfinished) finish();
    return collection.facts;
  } finally {
    collection.close();
  }
}

/** @returns what it has left to do when all others have run, if anything */
function runSource(source: Source, collection: Collection): (() => void) | undefined {
  const elapsedMs = startWatch();
  const report = new SourceReport(collection);
  const skipped = source.skip?.(collection.inputs);
  const outcome = skipped === undefined ? source.run(collection.inputs, report) : undefined;
  if (outcome) collection.merge(outcome);
  const cover = (durationMs: number) => collection.take(report.cover(source, skipped, durationMs));
  const beginMs = elapsedMs();
  const rest = outcome?.rest;
  if (rest)
    return () => {
      const elapsedMs = startWatch();
      rest();
      cover(Math.round((beginMs + elapsedMs()) * 1000) / 1000);
    };
  cover(beginMs);
  return undefined;
}
