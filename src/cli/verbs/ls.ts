// nscope ls: the namespaces of this host.

import { findPlace, isPlace, type ListedNamespace, toListed } from '../../analysis/graph/inferred-places.ts';
import { arrangeTree, isTreeKind, type TreeKind, treeKinds } from '../../analysis/graph/namespace-tree.ts';
import { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { findThreadsElsewhere } from '../../analysis/graph/threads-elsewhere.ts';
import { findWorkloadsOf } from '../../analysis/listing/workloads.ts';
import type { Target } from '../../analysis/target/target-error.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { isNamespaceType, type NamespaceType, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import type { Snapshot } from '../../model/snapshot/schema.ts';
import { type Wanted, wantListing, wantNamespaces } from '../../model/snapshot/wanted.ts';
import type { Column } from '../../render/columns/columns.ts';
import { readCell } from '../../render/columns/columns.ts';
import { namespaceColumns } from '../../render/columns/namespace-columns.ts';
import { makeNamespaceRow, type NamespaceRow } from '../../render/columns/namespace-row.ts';
import { formatJsonObject } from '../../render/lines/json-lines.ts';
import { formatTable } from '../../render/lines/table.ts';
import type { Palette } from '../../render/words/colours.ts';
import { mentionsColumn, type RowChoice, readRowChoice, sortRows, toJsonRow } from '../reading/choose-columns.ts';
import { type OptionalTarget, readTarget } from '../reading/optional-target.ts';
import { readSnapshot } from '../reading/read-snapshot.ts';
import { readTypes } from '../reading/read-types.ts';
import { readingVerb } from '../reading/reading-verb.ts';
import { noteCoverage, noteMissingWorkloads } from '../screen/note-coverage.ts';
import { noteThreads, noteUnnumbered } from '../screen/note-namespaces.ts';
import { choosePalette, readTerminalWidth, writeLines, writeRemark } from '../screen/output.ts';
import { suggest, UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';
import type { GivenCommand } from '../table/verb-module.ts';

const usualColumns = ['type', 'inode', 'processes', 'pid', 'user', 'owner', 'name', 'command'];

/** The usual ones of what no process is in. */
const hiddenColumns = ['type', 'inode', 'processes', 'owner', 'user', 'since', 'name', 'holders'];

/** Of the usual columns these are left out where no row has anything in them. */
const leftOutWhenEmpty = ['name'];

export const run = readingVerb({ parse, answer, report });

interface Request extends RowChoice<NamespaceRow> {
  readonly wantedTarget: OptionalTarget | undefined;
  /** None stand for all. */
  readonly types: readonly NamespaceType[];
  readonly treeKind: TreeKind | undefined;
  readonly options: OptionValues;
}

interface Answer {
  readonly index: SnapshotIndex;
  readonly target: Target | undefined;
  /** As they are listed, and as the snapshot has them. */
  readonly unnumbered: ReadonlyMap<ListedNamespace, Snapshot['unnumbered'][number]>;
  readonly rows: readonly NamespaceRow[];
}

async function parse([word]: readonly string[], options: OptionValues): Promise<Request> {
  if (word !== undefined && isNamespaceType(word))
    throw new UsageError(`"${word}" is a type: nscope ls --type ${word}`);
  const wantedTarget = await readTarget(word);
  const types = readTypes(options);
  const treeKind = readTreeKind(options);
  const choice = await readRowChoice(namespaceColumns, options.hidden ? hiddenColumns : usualColumns, options);
  return { wantedTarget, types, treeKind, ...choice, options };
}

async function answer(request: Request, given: GivenCommand): Promise<Answer> {
  const { wantedTarget, types, filter, options } = request;
  const snapshot = await readSnapshot(options, chooseWanted(request), given);
  const index = new SnapshotIndex(snapshot);
  const target = wantedTarget?.find(index, options);
  const isMeant = target ? findMeant(target, index) : () => true;
  const unnumbered = new Map(snapshot.unnumbered.map((one) => [toListed(one), one]));
  const all = interleave(snapshot.namespaces, [...unnumbered.keys()])
    .filter(({ type }) => types.length === 0 || types.includes(type))
    .filter((namespace) => !options.hidden || isHidden(namespace))
    .filter(isMeant)
    .map((namespace) => makeNamespaceRow(namespace, index));
  return { index, target, unnumbered, rows: sortRows(namespaceColumns, filter(all), options) };
}

function report({ index, target, unnumbered, rows }: Answer, { treeKind, columns, options }: Request): number {
  const { snapshot } = index;
  if (options.json) {
    const [numbered, others] = [false, true].map((wanted) =>
      rows
        .filter(({ namespace }) => (namespace.number !== undefined) === wanted)
        .map((row) =>
          options.columns === undefined
            ? (unnumbered.get(row.namespace) ?? row.namespace)
            : { ...(wanted ? { number: row.namespace.number } : {}), ...toJsonRow(columns, row) },
        ),
    );
    writeLines(formatJsonObject({ namespaces: numbered, unnumbered: others, coverage: snapshot.coverage }));
  } else {
    writeTable(columns, rows, index, treeKind, options);
    if (mentionsColumn(options, 'workload')) noteMissingWorkloads(snapshot, options);
    if (options.hidden) noteDoubtfullyHidden(rows, options);
    noteUnnumbered(snapshot.unnumbered, rows, options);
    noteThreads(target, index, options);
    noteCoverage(snapshot.coverage, options);
  }
  return rows.length === 0 ? 1 : 0;
}

/** Of a process the namespaces that it or a thread of it is in, of a workload those that it has and the host does not. */
function findMeant(target: Target, index: SnapshotIndex): (namespace: ListedNamespace) => boolean {
  if (target.kind === 'namespace')
    return ({ type, inode }) => type === target.namespace.type && inode === target.namespace.inode;
  if (target.kind === 'workload') return (namespace) => findWorkloadsOf(namespace, index).includes(target.workload);
  const { process } = target;
  const threads = findThreadsElsewhere(process, index.snapshot).map(({ thread }) => thread);
  return ({ type, inode, number }) =>
    [process, ...threads].some((task) => {
      const place = findPlace(task, type);
      if (!isPlace(place)) return isKnown(place) && place === inode;
      return 'inode' in place ? place.inode === inode : place.number === number;
    });
}

/** No more than is shown: a plain listing looks for no holders where the kernel lists all namespaces by itself. */
function chooseWanted({ wantedTarget, treeKind, options }: Request): Wanted {
  const workloads = mentionsColumn(options, 'workload') || wantedTarget?.mayBeWorkload === true;
  if (options.hidden || wantedTarget || workloads || (options.json && options.columns === undefined))
    return { ...wantListing, workloads };
  const needs = new Set(namespaceColumns.map(({ name, needs }) => needs && mentionsColumn(options, name) && needs));
  return {
    ...wantNamespaces,
    ...(treeKind === 'process' ? { processes: 'all' } : {}),
    attributes: needs.has('attributes'),
    holders: needs.has('holders') ? true : wantNamespaces.holders,
  };
}

/** By type, and of each type those without a number last. */
function interleave(
  namespaces: readonly ListedNamespace[],
  unnumbered: readonly ListedNamespace[],
): readonly ListedNamespace[] {
  if (unnumbered.length === 0) return namespaces;
  return namespaceTypes.flatMap((type) => [
    ...namespaces.filter((one) => one.type === type),
    ...unnumbered.filter((one) => one.type === type),
  ]);
}

function isHidden({ processes }: ListedNamespace): boolean {
  return processes.count === 0 && processes.threads === 0 && processes.inferred === undefined;
}

function noteDoubtfullyHidden(rows: readonly NamespaceRow[], options: OptionValues): void {
  const doubtful = rows.filter(isDoubtful).length;
  if (doubtful > 0)
    writeRemark(`in ${doubtful} of these ${rows.length} namespaces there may be processes that are withheld`, options);
}

function writeTable(
  columns: readonly Column<NamespaceRow>[],
  rows: readonly NamespaceRow[],
  index: SnapshotIndex,
  treeKind: TreeKind | undefined,
  options: OptionValues,
): void {
  const palette = choosePalette();
  const shown = options.columns === undefined ? columns.filter((column) => isTelling(column, rows, options)) : columns;
  const branches =
    treeKind &&
    arrangeTree(
      rows.map(({ namespace }) => namespace),
      index,
      treeKind,
    );
  const rowOf = new Map(branches && rows.map((row) => [row.namespace, row]));
  const prefixes = new Map(branches?.map(({ namespace, prefix }) => [namespace, prefix]));
  const ordered =
    branches?.flatMap(({ namespace }) => {
      const row = rowOf.get(namespace);
      return row ? [row] : [];
    }) ?? rows;
  writeLines(
    formatTable(shown, ordered, {
      width: options.wide ? undefined : readTerminalWidth(),
      header: options.header !== false,
      ...(branches ? { prefix: (row: NamespaceRow) => prefixes.get(row.namespace) ?? '' } : {}),
      ...(palette.colours ? { paint: paintRow(palette), paintHeader: palette.strong } : {}),
    }),
  );
}

function paintRow(palette: Palette) {
  return (text: string, column: Column<NamespaceRow>, row: NamespaceRow) =>
    column.name === 'type' || column.name === 'inode' ? palette.types[row.namespace.type](text) : text;
}

/** Whether a usual column says anything: of what no process is in, that it is not sure of some. */
function isTelling(column: Column<NamespaceRow>, rows: readonly NamespaceRow[], options: OptionValues): boolean {
  if (options.hidden && column.name === 'processes') return rows.some(isDoubtful);
  if (!leftOutWhenEmpty.includes(column.name)) return true;
  return rows.some((row) => {
    const value = readCell(column, row);
    return value !== null && !(Array.isArray(value) && value.length === 0);
  });
}

function isDoubtful({ namespace }: NamespaceRow): boolean {
  return namespace.processes.mayBeMore === true;
}

function readTreeKind(options: OptionValues): TreeKind | undefined {
  if (options.tree === undefined) return undefined;
  const kind = options.tree === true ? 'owner' : options.tree;
  if (typeof kind === 'string' && isTreeKind(kind)) return kind;
  throw new UsageError(`--tree cannot be "${String(kind)}"; ${suggest(String(kind), treeKinds)}`);
}
