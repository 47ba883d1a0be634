// nscope alone: the namespaces of this host, grouped by what they belong to.
import { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { groupNamespaces, type NamespaceGroup } from '../../analysis/listing/overview.ts';
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';
import { wantListing } from '../../model/snapshot/wanted.ts';
import type { Column } from '../../render/columns/columns.ts';
import { namespaceColumns } from '../../render/columns/namespace-columns.ts';
import { makeNamespaceRow } from '../../render/columns/namespace-row.ts';
import { type OverviewRow, overviewColumns } from '../../render/columns/overview-columns.ts';
import { formatJsonObject } from '../../render/lines/json-lines.ts';
import { toJsonGroup } from '../../render/lines/overview-json.ts';
import { formatTable } from '../../render/lines/table.ts';
import { paintTypes } from '../../render/words/colours.ts';
import { chooseColumns, type RowChoice, readRowChoice, sortRows, toJsonRow } from '../reading/choose-columns.ts';
import { readSnapshot } from '../reading/read-snapshot.ts';
import { readTypes } from '../reading/read-types.ts';
import { readingVerb } from '../reading/reading-verb.ts';
import { noteCoverage } from '../screen/note-coverage.ts';
import { choosePalette, readTerminalWidth, writeLines, writeRemark } from '../screen/output.ts';
import { UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';
import type { GivenCommand } from '../table/verb-module.ts';

const usualColumns = ['group', 'types', 'shared', 'processes', 'pid', 'user', 'command'];

/** Of the usual columns these are left out where no row has anything in them. */
const leftOutWhenEmpty = new Set(['shared']);

/** Where there is nothing but the host's own: each of them. */
const hostColumns = ['type', 'inode', 'processes', 'pid', 'user', 'command'];

export const run = readingVerb({ parse, answer, report });

interface Request extends RowChoice<OverviewRow> {
  readonly types: readonly NamespaceType[];
  readonly options: OptionValues;
}

interface Answer {
  readonly index: SnapshotIndex;
  readonly rows: readonly OverviewRow[];
  /** Whether there is nothing to see but the host's own, and nobody asked for certain rows or columns. */
  readonly isHostAlone: boolean;
}

async function parse(_words: readonly string[], options: OptionValues): Promise<Request> {
  const types = readTypes(options);
  try {
    return { types, ...(await readRowChoice(overviewColumns, usualColumns, options)), options };
  } catch (error) {
    if (!(error instanceof UsageError) || !(await isForLs(options))) throw error;
    const [first, ...rest] = error.message.split('\n');
    throw new UsageError([`${first}; nscope ls has such columns`, ...rest].join('\n'), { cause: error });
  }
}

/** Whether the columns are those of a listing of namespaces, which nscope alone does not print. */
async function isForLs(options: OptionValues): Promise<boolean> {
  try {
    await readRowChoice(namespaceColumns, hostColumns, options);
    return true;
  } catch {
    return false;
  }
}

async function answer({ types, filter, options }: Request, given: GivenCommand): Promise<Answer> {
  const snapshot = await readSnapshot(options, { ...wantListing, workloads: true }, given);
  const index = new SnapshotIndex(snapshot);
  const groups = groupNamespaces(index, types);
  const rows = groups.map((group): OverviewRow => ({ group, index }));
  const isHostAlone =
    groups.every(({ home }) => home.kind === 'host') && options.columns === undefined && options.filter === undefined;
  return { index, rows: sortRows(overviewColumns, filter(rows), options), isHostAlone };
}

function report({ index, rows, isHostAlone }: Answer, { columns, options }: Request): number {
  const { snapshot } = index;
  if (options.json) {
    const groups = rows.map((row) => (options.columns === undefined ? toJsonGroup(row) : toJsonRow(columns, row)));
    writeLines(formatJsonObject({ groups, coverage: snapshot.coverage }));
  } else {
    if (isHostAlone) for (const { group } of rows) writeNamespaces(group, index, options);
    else writeGroups(columns, rows, options);
    noteCoverage(snapshot.coverage, options);
  }
  return rows.length === 0 ? 1 : 0;
}

function writeGroups(
  columns: readonly Column<OverviewRow>[],
  rows: readonly OverviewRow[],
  options: OptionValues,
): void {
  const shown = columns.filter(
    ({ name }) =>
      options.columns !== undefined || !leftOutWhenEmpty.has(name) || rows.some(({ group }) => group.shared.length > 0),
  );
  const palette = choosePalette();
  writeLines(
    formatTable(shown, rows, {
      width: options.wide ? undefined : readTerminalWidth(),
      header: options.header !== false,
      paint: (text, { name }) => (name === 'types' || name === 'namespaces' ? paintTypes(text, palette) : text),
      paintHeader: palette.strong,
    }),
  );
}

/** The host's own, a line each, as ls has them. */
function writeNamespaces({ namespaces }: NamespaceGroup, index: SnapshotIndex, options: OptionValues): void {
  const palette = choosePalette();
  writeLines(
    formatTable(
      chooseColumns(namespaceColumns, hostColumns, {}),
      namespaces.map((namespace) => makeNamespaceRow(namespace, index)),
      {
        width: options.wide ? undefined : readTerminalWidth(),
        header: options.header !== false,
        paint: (text, { name }, { namespace }) =>
          name === 'type' || name === 'inode' ? palette.types[namespace.type](text) : text,
        paintHeader: palette.strong,
      },
    ),
  );
  const others = index.snapshot.coverage.verdict === 'complete' ? 'there are no others' : 'no others were seen';
  writeRemark(`these are this host’s own namespaces; ${others}`, options);
}
