// nscope ps: processes with their namespaces.
import { findMembers } from '../../analysis/graph/namespace-relations.ts';
import { findCompanions } from '../../analysis/graph/process-placement.ts';
import { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import type { Target } from '../../analysis/target/target-error.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import type { Process, Snapshot } from '../../model/snapshot/schema.ts';
import { wantListing } from '../../model/snapshot/wanted.ts';
import { type Column, formatCell } from '../../render/columns/columns.ts';
import {
  countTellingDigits,
  type ProcessRow,
  processColumns,
  readColumnType,
  shortenLinkColumn,
} from '../../render/columns/process-columns.ts';
import { formatJsonObject } from '../../render/lines/json-lines.ts';
import { formatTable } from '../../render/lines/table.ts';
import { inferredMark } from '../../render/words/inferred.ts';
import { formatUnknown } from '../../render/words/unknown.ts';
import {
  mentionsColumn,
  type RowChoice,
  readListOption,
  readRowChoice,
  sortRows,
  toJsonRow,
} from '../reading/choose-columns.ts';
import { readSnapshot } from '../reading/read-snapshot.ts';
import { readingVerb } from '../reading/reading-verb.ts';
import { checkTargets, findTarget, mayBeWorkload } from '../reading/target.ts';
import { noteCoverage, noteMissingWorkloads } from '../screen/note-coverage.ts';
import { choosePalette, readTerminalWidth, writeLines } from '../screen/output.ts';
import { UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';
import type { GivenCommand } from '../table/verb-module.ts';

const usualColumns = ['pid', 'nspid', 'ppid', 'user', 'state', ...namespaceTypes.map((type) => `${type}ns`), 'command'];

/** A command of this many columns is worth reading. */
const roomForCommand = 24;

export const run = readingVerb({ parse, answer, report });

interface Request extends RowChoice<ProcessRow> {
  readonly word: string | undefined;
  readonly options: OptionValues;
}

interface Answer {
  readonly snapshot: Snapshot;
  readonly rows: readonly ProcessRow[];
}

async function parse([word]: readonly string[], options: OptionValues): Promise<Request> {
  checkTargets([word]);
  const choice = await readRowChoice(processColumns, usualColumns, options);
  return { word, ...choice, options };
}

async function answer({ word, filter, options }: Request, given: GivenCommand): Promise<Answer> {
  const snapshot = await readSnapshot(
    options,
    {
      ...wantListing,
      commandLines: 'all',
      cgroups: mentionsColumn(options, 'cgroup') || options.json === true,
      workloads: mentionsColumn(options, 'workload') || mayBeWorkload(word),
      holders: false,
    },
    given,
  );
  const index = new SnapshotIndex(snapshot);
  const processes = word === undefined ? snapshot.processes : findProcesses(findTarget(word, index, options), index);
  const all = processes.map((process): ProcessRow => ({ process, index }));
  return { snapshot, rows: sortRows(processColumns, filter(all), options) };
}

function report({ snapshot, rows }: Answer, { columns, options }: Request): number {
  if (options.json) {
    writeLines(
      formatJsonObject({
        processes:
          options.columns === undefined
            ? rows.map(({ process }) => process)
            : rows.map((row) => toJsonRow(columns, row)),
        coverage: snapshot.coverage,
      }),
    );
  } else {
    writeTable(columns, rows, options);
    if (mentionsColumn(options, 'workload')) noteMissingWorkloads(snapshot, options);
    noteCoverage(snapshot.coverage, options);
  }
  return rows.length === 0 ? 1 : 0;
}

/** Those in a namespace or a workload, those that are inferred to be among them; of a process those that are in all the namespaces that it is in. */
function findProcesses(target: Target, index: SnapshotIndex): readonly Process[] {
  if (target.kind === 'namespace') {
    const { processes, threads } = findMembers(target.namespace, index);
    const inferred = index.inferredMembersOf(target.namespace.type, target.namespace.inode);
    return [...[...processes, ...inferred].sort((a, b) => a.pid - b.pid), ...threads];
  }
  if (target.kind === 'workload') return target.workload.pids.flatMap((pid) => index.process(pid) ?? []);
  const companions = findCompanions(target.process, index);
  if (isKnown(companions)) return companions;
  throw new UsageError(`the namespaces of process ${target.process.pid} are not known: ${formatUnknown(companions)}`);
}

function writeTable(columns: readonly Column<ProcessRow>[], rows: readonly ProcessRow[], options: OptionValues): void {
  const palette = choosePalette();
  const width = options.wide ? undefined : readTerminalWidth();
  writeLines(
    formatTable(asked(options) ? columns : fitColumns(columns, rows, width), rows, {
      width,
      header: options.header !== false,
      paint: (text, { name }) => {
        const type = readColumnType(name);
        return type === undefined || text === '-' || text === inferredMark ? text : palette.types[type](text);
      },
      paintHeader: palette.strong,
    }),
  );
}

/** Columns that were named are shown as they are: `--columns net` gives whole inode numbers and no marks; +NAME adds. */
function asked(options: OptionValues): boolean {
  return options.columns !== undefined && !readListOption(options, 'columns').every((word) => /^[+-]/.test(word));
}

/** Leaves out what all rows have alike, and shortens inode numbers where whole ones do not fit; the table does the rest. */
function fitColumns(
  columns: readonly Column<ProcessRow>[],
  rows: readonly ProcessRow[],
  width: number | undefined,
): readonly Column<ProcessRow>[] {
  const telling = columns
    .map((column) => shortenLinkColumn(column, undefined))
    .filter(
      (column) =>
        !canBeLeftOut(column) || rows.some((row) => !['-', '?', inferredMark].includes(formatCell(column, row))),
    );
  if (width === undefined || measureRest(telling, rows) + roomForCommand <= width) return telling;
  const links = telling.filter(({ name }) => readColumnType(name) !== undefined);
  const inodes = rows.flatMap((row) =>
    links
      .map((column) => Number(formatCell(column, row).replace(inferredMark, '') || Number.NaN))
      .filter(Number.isInteger),
  );
  const digits = countTellingDigits(inodes);
  return telling.map((column) => shortenLinkColumn(column, digits));
}

/** What all columns but the command take. */
function measureRest(columns: readonly Column<ProcessRow>[], rows: readonly ProcessRow[]): number {
  let total = 0;
  for (const column of columns) {
    if (column.name === 'command') continue;
    let widest = column.header.length;
    for (const row of rows) widest = Math.max(widest, formatCell(column, row).length);
    total += widest + 2;
  }
  return total;
}

function canBeLeftOut({ name }: Column<ProcessRow>): boolean {
  return name === 'nspid' || readColumnType(name) !== undefined;
}
