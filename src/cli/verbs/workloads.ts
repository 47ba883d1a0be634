// nscope workloads: containers, sandboxes, units and named networks, with or without their engine's help.
import { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { groupByWorkload, type WorkloadGroup } from '../../analysis/listing/workloads.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { Snapshot } from '../../model/snapshot/schema.ts';
import { wantListing } from '../../model/snapshot/wanted.ts';
import { type WorkloadRow, workloadColumns } from '../../render/columns/workload-columns.ts';
import { formatJsonObject } from '../../render/lines/json-lines.ts';
import { formatTable } from '../../render/lines/table.ts';
import { type RowChoice, readRowChoice, sortRows, toJsonRow } from '../reading/choose-columns.ts';
import { readSnapshot } from '../reading/read-snapshot.ts';
import { readingVerb } from '../reading/reading-verb.ts';
import { noteCoverage } from '../screen/note-coverage.ts';
import { choosePalette, readTerminalWidth, writeLines } from '../screen/output.ts';
import { UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';

const usualColumns = ['workload', 'kind', 'user', 'processes', 'pid', 'types', 'image', 'pod'];

/** Of the usual columns these are left out where no row has anything in them. */
const leftOutWhenEmpty = new Set(['image', 'pod']);

export const run = readingVerb({ parse, answer, report });

interface Request extends RowChoice<WorkloadRow> {
  readonly options: OptionValues;
}

interface Answer {
  readonly snapshot: Snapshot;
  readonly rows: readonly WorkloadRow[];
}

async function parse(_words: readonly string[], options: OptionValues): Promise<Request> {
  const choice = await readRowChoice(workloadColumns, usualColumns, options);
  return { ...choice, options };
}

async function answer({ filter, options }: Request): Promise<Answer> {
  const snapshot = await readSnapshot(options, { ...wantListing, holders: false, workloads: true });
  if (!isKnown(snapshot.workloads)) throw new UsageError('the snapshot does not say which workloads there were');
  const index = new SnapshotIndex(snapshot);
  const all = groupByWorkload(index)
    .filter(options.all ? () => true : isWorthARow)
    .map((group): WorkloadRow => ({ ...group, index }));
  return { snapshot, rows: sortRows(workloadColumns, filter(all), options) };
}

function report({ snapshot, rows }: Answer, { columns, options }: Request): number {
  if (options.json) {
    const workloads = rows.map((row) => (options.columns === undefined ? row.workload : toJsonRow(columns, row)));
    writeLines(formatJsonObject({ workloads, coverage: snapshot.coverage }));
  } else {
    const shown = columns.filter(
      (column) =>
        options.columns !== undefined ||
        !leftOutWhenEmpty.has(column.name) ||
        rows.some((row) => column.value(row) !== null),
    );
    const width = options.wide ? undefined : readTerminalWidth();
    const { strong } = choosePalette();
    writeLines(formatTable(shown, rows, { width, header: options.header !== false, paintHeader: strong }));
    noteCoverage(snapshot.coverage, options);
  }
  return rows.length === 0 ? 1 : 0;
}

/** Most units of systemd have no namespace of their own. */
function isWorthARow({ workload }: WorkloadGroup): boolean {
  return workload.kind !== 'unit' || workload.namespaces.length > 0;
}
