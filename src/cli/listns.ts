// nscope listns: the classic listing.
import { type ClassicListing, type ClassicRow, listClassic } from '../analysis/classic-listing.ts';
import { formatNamespace, type NamespaceType } from '../model/namespace-types.ts';
import { type Wanted, wantProcesses } from '../model/wanted.ts';
import { formatClassicTable } from '../render/classic-table.ts';
import { formatJsonObject } from '../render/json-lines.ts';
import { noteCoverage } from './note-coverage.ts';
import { writeLines, writeNote } from './output.ts';
import { readSnapshot } from './read-snapshot.ts';
import type { OptionValues } from './verb.ts';

/** Any process may be in another namespace than PID 1, or be Docker's shim: all command lines, and nothing else. */
const classicWants: Wanted = { ...wantProcesses, commandLines: 'all' };

export async function run(_words: readonly string[], options: OptionValues): Promise<number> {
  const snapshot = await readSnapshot(options, classicWants);
  const { baseline, rows } = listClassic(snapshot);
  if (options.json) {
    writeLines(formatJsonObject({ baseline, rows: rows.map(toJson), coverage: snapshot.coverage }));
    return 0;
  }
  writeLines(formatClassicTable(rows));
  noteBaseline(baseline);
  noteCoverage(snapshot.coverage);
  // An empty listing is an answer: no process is anywhere else than PID 1.
  return 0;
}

function toJson({ pid, type, inode, netnsNames, docker, command }: ClassicRow) {
  return { pid, namespace: formatNamespace(type, inode), type, inode, netnsNames, docker, command };
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
