// nscope listns: the classic listing.

import type { ThreadElsewhere } from '../../analysis/graph/threads-elsewhere.ts';
import { type ClassicListing, type ClassicRow, listClassic } from '../../analysis/listing/classic-listing.ts';
import { formatNamespace, type NamespaceType } from '../../model/snapshot/namespace-types.ts';
import type { Coverage } from '../../model/snapshot/schema.ts';
import { type Wanted, wantProcesses } from '../../model/snapshot/wanted.ts';
import { formatClassicTable } from '../../render/lines/classic-table.ts';
import { formatJsonObject } from '../../render/lines/json-lines.ts';
import { readSnapshot } from '../reading/read-snapshot.ts';
import { chooseTypes, readTypes } from '../reading/read-types.ts';
import { readingVerb } from '../reading/reading-verb.ts';
import { noteCoverage } from '../screen/note-coverage.ts';
import { writeLines, writeRemark } from '../screen/output.ts';
import type { OptionValues } from '../table/option-values.ts';

/** Any process may be in another namespace than PID 1, or be Docker's shim: all command lines, and of threads those elsewhere. */
const classicWants: Wanted = { ...wantProcesses, commandLines: 'all', threads: true };

export const run = readingVerb({
  parse: (_words, options): Request => ({ types: readTypes(options), options }),
  answer,
  report,
});

interface Request {
  readonly types: readonly NamespaceType[];
  readonly options: OptionValues;
}

interface Answer extends ClassicListing {
  readonly coverage: Coverage;
}

async function answer({ types, options }: Request): Promise<Answer> {
  const snapshot = await readSnapshot(options, classicWants);
  const { baseline, rows, threads } = listClassic(snapshot);
  return {
    baseline: chooseTypes(baseline, types),
    rows: chooseTypes(rows, types),
    threads: threads.filter(({ links }) => chooseTypes(links, types).length > 0),
    coverage: snapshot.coverage,
  };
}

function report({ baseline, rows, threads, coverage }: Answer, { options }: Request): number {
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
  const [header = '', ...lines] = formatClassicTable(rows);
  writeLines(options.header === false ? lines : [header, ...lines]);
  noteThreads(threads, options);
  noteCoverage(coverage, options, describeBaseline(baseline));
  // An empty listing is an answer: no process is anywhere else than PID 1.
  return 0;
}

function toJson({ pid, type, inode, netnsNames, docker, command }: ClassicRow) {
  return { pid, namespace: formatNamespace(type, inode), type, inode, netnsNames, docker, command };
}

function toJsonThread({ thread: { pid, tid, comm }, links }: ThreadElsewhere) {
  return { pid, tid, comm, namespaces: links.map(({ link, type, inode }) => ({ link, type, inode })) };
}

function noteThreads(threads: readonly ThreadElsewhere[], options: OptionValues): void {
  const [first] = threads;
  if (!first) return;
  const { pid, tid, comm } = first.thread;
  const where = new Set(first.links.map(({ type, inode }) => formatNamespace(type, inode)));
  const rest = threads.length > 1 ? `; and ${threads.length - 1} more: nscope ps` : '';
  writeRemark(
    `thread ${tid} (${comm}) of ${pid} is elsewhere than its process: ${[...where].join(' ')}${rest}`,
    options,
  );
}

/** What stands for the namespaces of PID 1 where they are refused. */
function describeBaseline(baseline: ClassicListing['baseline']): string[] {
  const isOf = (source: string) => baseline.some((entry) => entry.source === source);
  return [
    ...(isOf('initial') ? ["compared with the boot's own namespaces"] : []),
    ...(isOf('vantage') ? ['compared with the namespaces of nscope'] : []),
  ];
}
