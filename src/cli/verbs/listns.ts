// nscope listns: the classic listing.

import type { ThreadElsewhere } from '../../analysis/graph/threads-elsewhere.ts';
import { type ClassicListing, type ClassicRow, listClassic } from '../../analysis/listing/classic-listing.ts';
import { formatNamespace, type NamespaceType } from '../../model/snapshot/namespace-types.ts';
import type { Coverage } from '../../model/snapshot/schema.ts';
import { type Wanted, wantProcesses } from '../../model/snapshot/wanted.ts';
import { formatClassicTable } from '../../render/lines/classic-table.ts';
import { formatJsonObject } from '../../render/lines/json-lines.ts';
import { escapeText } from '../../render/words/escape.ts';
import { readSnapshot } from '../reading/read-snapshot.ts';
import { readingVerb } from '../reading/reading-verb.ts';
import { noteCoverage } from '../screen/note-coverage.ts';
import { writeLines, writeNote } from '../screen/output.ts';
import type { OptionValues } from '../table/option-values.ts';

/** Any process may be in another namespace than PID 1, or be Docker's shim: all command lines, and of threads those elsewhere. */
const classicWants: Wanted = { ...wantProcesses, commandLines: 'all', threads: true };

export const run = readingVerb({ parse: (_words, options) => options, answer, report });

interface Answer extends ClassicListing {
  readonly coverage: Coverage;
}

async function answer(options: OptionValues): Promise<Answer> {
  const snapshot = await readSnapshot(options, classicWants);
  return { ...listClassic(snapshot), coverage: snapshot.coverage };
}

function report({ baseline, rows, threads, coverage }: Answer, options: OptionValues): number {
  if (options.json) {
    writeLines(
      formatJsonObject({
        baseline,
        rows: rows.map(toJson),
        threads: threads.map(toJsonThread),
        coverage,
      }),
    );
    return 0;
  }
  writeLines(formatClassicTable(rows));
  noteBaseline(baseline);
  noteThreads(threads);
  noteCoverage(coverage);
  // An empty listing is an answer: no process is anywhere else than PID 1.
  return 0;
}

function toJson({ pid, type, inode, netnsNames, docker, command }: ClassicRow) {
  return { pid, namespace: formatNamespace(type, inode), type, inode, netnsNames, docker, command };
}

function toJsonThread({ thread: { pid, tid, comm }, links }: ThreadElsewhere) {
  return { pid, tid, comm, namespaces: links.map(({ link, type, inode }) => ({ link, type, inode })) };
}

/** As many as can be read. */
const maxThreads = 10;

function noteThreads(threads: readonly ThreadElsewhere[]): void {
  for (const { thread, links } of threads.slice(0, maxThreads)) {
    const where = links.map(({ type, inode }) => formatNamespace(type, inode));
    const { pid, tid, comm } = thread;
    writeNote(
      `nscope: thread ${tid} (${escapeText(comm)}) of ${pid} is elsewhere than its process: ${[...new Set(where)].join(' ')}`,
    );
  }
  if (threads.length > maxThreads)
    writeNote(`nscope: ${threads.length - maxThreads} more threads are elsewhere than their process: --json`);
}

function noteBaseline(baseline: ClassicListing['baseline']): void {
  const initial = typesFrom('initial');
  const vantage = typesFrom('vantage');
  if (initial.length > 0)
    writeNote(
      `nscope: the links of PID 1 are not readable: compared with the initial namespaces (${initial.join(', ')})`,
    );
  if (vantage.length > 0)
    writeNote(
      `nscope: neither PID 1 nor the initial namespaces are known: compared with those of nscope (${vantage.join(', ')})`,
    );

  function typesFrom(source: string): NamespaceType[] {
    return baseline.filter((entry) => entry.source === source).map(({ type }) => type);
  }
}
