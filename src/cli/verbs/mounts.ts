// nscope mounts: what a mount namespace has mounted, what differs between two, and the path of a file in another.
import { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { compareMounts } from '../../analysis/mounts/compare-mounts.ts';
import { type Translation, translatePath } from '../../analysis/mounts/translate-path.ts';
import { wantGraph } from '../../model/snapshot/wanted.ts';
import type { Column } from '../../render/columns/columns.ts';
import { type MountRow, type MountScene, mountColumns } from '../../render/columns/mount-columns.ts';
import { type MountTableRow, mountTableColumns } from '../../render/columns/mount-table-columns.ts';
import { formatJsonObject } from '../../render/lines/json-lines.ts';
import { escapeText } from '../../render/words/escape.ts';
import { differenceRow, toJsonMount } from '../mounts/mount-rows.ts';
import { type ChosenTable, chooseTable, explainLack, makeScene } from '../mounts/mount-scene.ts';
import { writeMounts, writeTable, writeTranslation } from '../mounts/write-mounts.ts';
import { type RowChoice, readRowChoice, sortRows, toJsonRow } from '../reading/choose-columns.ts';
import { readSnapshot } from '../reading/read-snapshot.ts';
import { readingVerb } from '../reading/reading-verb.ts';
import { checkTargets } from '../reading/target.ts';
import { noteCoverage } from '../screen/note-coverage.ts';
import { writeLines, writeRemark } from '../screen/output.ts';
import { UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';
import type { GivenCommand } from '../table/verb-module.ts';

const usualColumns = ['path', 'source', 'fstype', 'options', 'propagation', 'peers', 'masters', 'remarks'];
const comparedColumns = ['change', 'path', 'source', 'fstype', 'difference'];
const overviewColumns = ['mntns', 'pid', 'of', 'mounts', 'hidden', 'shared', 'slaves', 'idmapped', 'via'];

export const run = readingVerb({ parse, answer, report });

interface Request {
  readonly words: readonly string[];
  /** Absolute, without a slash at the end. */
  readonly path: string | undefined;
  readonly mounts: RowChoice<MountRow>;
  readonly overview: RowChoice<MountTableRow>;
  readonly options: OptionValues;
}

type Answer = { readonly index: SnapshotIndex; readonly lacks: readonly string[] } & (
  | { readonly kind: 'overview'; readonly rows: readonly MountTableRow[] }
  | { readonly kind: 'mounts'; readonly chosen: ChosenTable; readonly rows: readonly MountRow[] }
  | {
      readonly kind: 'difference';
      readonly rows: readonly MountRow[];
      readonly differs: boolean;
      readonly same: number | undefined;
    }
  | { readonly kind: 'path'; readonly to: ChosenTable; readonly found: Translation | undefined }
);

async function parse(words: readonly string[], options: OptionValues): Promise<Request> {
  checkTargets([...words, options.to]);
  const path = options.path === undefined ? undefined : readPath(options.path);
  if (path === undefined && options.to !== undefined) throw new UsageError('--to wants a path: --path PATH');
  if (path !== undefined && words.length > 1)
    throw new UsageError(`--path is a path of one mount namespace: write --to ${words[1]}`);
  const isOverview = words.length === 0 && path === undefined;
  const usual = words.length > 1 ? comparedColumns : usualColumns;
  const none = { ...options, columns: undefined, filter: undefined, sort: undefined };
  return {
    words,
    path,
    mounts: await readRowChoice(mountColumns, usual, isOverview ? none : options),
    overview: await readRowChoice(mountTableColumns, overviewColumns, isOverview ? options : none),
    options,
  };
}

/** @throws UsageError for a path that the tables of mounts cannot follow */
function readPath(path: string): string {
  if (!path.startsWith('/')) throw new UsageError(`--path ${path}: an absolute path is wanted`);
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..'))
    throw new UsageError(`--path ${path}: ".." depends on symbolic links, which are not followed; write it without`);
  return `/${parts.join('/')}`;
}

async function answer({ words, path, mounts, overview, options }: Request, given: GivenCommand): Promise<Answer> {
  const wanted = { ...wantGraph, commandLines: 'leaders', mountPaths: false, mappings: false } as const;
  const snapshot = await readSnapshot(options, { ...wanted, conditions: ['mounts'] }, given);
  const index = new SnapshotIndex(snapshot);
  const scene = makeScene(index, options);
  const { tables } = scene;
  if (path !== undefined) {
    const from = chooseTable(words[0], index, scene, options);
    const to = chooseTable(options.to, index, scene, options);
    const found = from.layout && to.layout && translatePath(path, from.layout, to.layout);
    return { kind: 'path', index, to, found, lacks: listLacks([from, to]) };
  }
  if (words.length === 0) {
    const rows = tables.tables.map((table): MountTableRow => {
      const leader = index.namespace('mnt', table.inode)?.processes.leader ?? null;
      return { table, tables, name: scene.nameOf(table.inode), leader };
    });
    return { kind: 'overview', index, rows: sortRows(mountTableColumns, overview.filter(rows), options), lacks: [] };
  }
  const [chosen, other] = words.map((word) => chooseTable(word, index, scene, options));
  if (!chosen) throw new UsageError('name a mount namespace');
  const toRows = (found: readonly MountRow[]) => sortRows(mountColumns, mounts.filter(found), options);
  const lacks = listLacks(other ? [chosen, other] : [chosen]);
  if (!other) return { kind: 'mounts', index, chosen, rows: toRows(listRows(chosen, scene)), lacks };
  const differences = chosen.layout && other.layout ? compareMounts(chosen.layout, other.layout) : [];
  const rows = toRows(differences.map((one) => differenceRow(one, chosen, other, scene)));
  const same = chosen.inode === other.inode ? chosen.inode : undefined;
  return { kind: 'difference', index, rows, differs: differences.length > 0, same, lacks };
}

function listLacks(chosen: readonly ChosenTable[]): string[] {
  return [...new Set(chosen.flatMap((one) => explainLack(one) ?? []))];
}

function listRows({ inode, layout }: ChosenTable, scene: MountScene): MountRow[] {
  return layout?.mounts.map((mount) => ({ mount, inode, layout, scene })) ?? [];
}

function report(answer: Answer, { path, mounts, overview, options }: Request): number {
  const { index, lacks } = answer;
  const { coverage } = index.snapshot;
  if (options.json)
    writeLines(formatJsonObject({ ...toJson(answer, mounts.columns, overview.columns, options), lacks, coverage }));
  else if (answer.kind === 'path') writeTranslation(answer.found, answer.to, path ?? '', options);
  else if (answer.kind === 'overview') writeTable(overview.columns, answer.rows, options);
  else if (answer.kind === 'mounts') writeMounts(answer.chosen, answer.rows, mounts.columns, options);
  else if (answer.rows.length > 0) writeTable(mounts.columns, answer.rows, options);
  else if (!answer.differs && lacks.length === 0)
    writeRemark(`nothing differs${answer.same ? `: both are mnt:[${answer.same}]` : ''}`, options);
  if (!options.json) {
    for (const lack of lacks) writeRemark(escapeText(lack), options);
    noteCoverage(coverage, options);
  }
  return conclude(answer);
}

function conclude(answer: Answer): number {
  const lacking = answer.lacks.length > 0;
  switch (answer.kind) {
    case 'path':
      return answer.found && answer.found.paths.length > 0 ? 0 : lacking ? 3 : 1;
    case 'difference':
      return lacking ? 3 : Number(answer.differs);
    case 'mounts':
      return answer.rows.length > 0 ? 0 : lacking ? 3 : 1;
    case 'overview':
      return Number(answer.rows.length === 0);
  }
}

function toJson(
  answer: Answer,
  columns: readonly Column<MountRow>[],
  overview: readonly Column<MountTableRow>[],
  options: OptionValues,
): Record<string, unknown> {
  switch (answer.kind) {
    case 'path': {
      const { found, to } = answer;
      return { mountNamespace: to.inode, found: found ?? null };
    }
    case 'overview': {
      const chosen = options.columns === undefined ? mountTableColumns : overview;
      return { mountNamespaces: answer.rows.map((row) => toJsonRow(chosen, row)) };
    }
    default:
      return {
        ...(answer.kind === 'mounts' && { mountNamespace: answer.chosen.inode, via: answer.chosen.table.via }),
        mounts: answer.rows.map((row) => (options.columns === undefined ? toJsonMount(row) : toJsonRow(columns, row))),
      };
  }
}
