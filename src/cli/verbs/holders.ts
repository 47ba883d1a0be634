// nscope holders: everything that keeps a namespace alive, and what to release.

import { hasNoInit, judgePidNamespace } from '../../analysis/graph/pid-namespace-life.ts';
import { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { findThreadsElsewhere } from '../../analysis/graph/threads-elsewhere.ts';
import { accountReferences } from '../../analysis/release/account-references.ts';
import { findHolders, type HeldBy } from '../../analysis/release/find-holders.ts';
import { readReferences } from '../../collect/read-references.ts';
import { describeUnseen } from '../../model/build/unseen-holders.ts';
import type { NamespaceReferences, ReferenceReading } from '../../model/evidence/references.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace, type NamespaceType, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import type { Coverage, Namespace, Process } from '../../model/snapshot/schema.ts';
import { wantGraph } from '../../model/snapshot/wanted.ts';
import type { Column } from '../../render/columns/columns.ts';
import { type HolderRow, holderColumns } from '../../render/columns/holder-columns.ts';
import { formatJsonObject } from '../../render/lines/json-lines.ts';
import { formatTable, listFitting } from '../../render/lines/table.ts';
import { describePidNamespaceState } from '../../render/pages/show-pid-namespace.ts';
import { paintNamespaces } from '../../render/words/colours.ts';
import { escapeText } from '../../render/words/escape.ts';
import { describeHolderRemarks, describeReleases } from '../../render/words/holder-remarks.ts';
import { describeReferences, rowOfUnnamed } from '../../render/words/references.ts';
import { wrapText } from '../../render/words/wrap-text.ts';
import { chooseColumns, makeRowFilter, type RowFilter, sortRows, toJsonRow } from '../reading/choose-columns.ts';
import { readEvidence } from '../reading/read-evidence.ts';
import { readSnapshot } from '../reading/read-snapshot.ts';
import { chooseTypes, readTypes } from '../reading/read-types.ts';
import { readingVerb } from '../reading/reading-verb.ts';
import { checkTargets, findTarget } from '../reading/target.ts';
import { noteCoverage } from '../screen/note-coverage.ts';
import { choosePalette, readTerminalWidth, writeLines, writeRemark } from '../screen/output.ts';
import { UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';
import type { GivenCommand } from '../table/verb-module.ts';

const usualColumns = ['kind', 'pid', 'fd', 'path', 'in', 'what', 'release'];

/** Of the usual columns these are left out where no row has anything in them. */
const leftOutWhenEmpty = new Set(['pid', 'fd', 'path', 'in', 'release']);

/** A PID may be another process's by now, and a path another mount's. */
const notOfNow = { release: null, releaseNote: 'not known of a snapshot: it was of another time' };

export const run = readingVerb({ parse, answer, report });

interface Request {
  readonly words: readonly string[];
  readonly types: readonly NamespaceType[];
  readonly columns: readonly Column<HolderRow>[];
  readonly filter: RowFilter<HolderRow>;
  readonly options: OptionValues;
}

interface Answer {
  readonly index: SnapshotIndex;
  readonly groups: readonly Group[];
}

async function parse(words: readonly string[], options: OptionValues): Promise<Request> {
  checkTargets(words);
  const columns = chooseColumns(holderColumns, usualColumns, options);
  return { words, types: readTypes(options), columns, filter: await makeRowFilter(holderColumns, options), options };
}

async function answer({ words, types, filter, options }: Request, given: GivenCommand): Promise<Answer> {
  const snapshot = await readSnapshot(options, { ...wantGraph, workloads: true }, given);
  const index = new SnapshotIndex(snapshot);
  const held = words.flatMap((word) => {
    const all = findNamespaces(word, index, options);
    const meant = chooseTypes(all, types);
    if (meant.length === 0 && all.length > 0)
      throw new UsageError(`${word} is of none of the types ${types.join(', ')}`);
    return meant;
  });
  const evidence = await readEvidence(index, held, options);
  const readings = evidence && options.bpf !== false ? new References() : undefined;
  const groups = held.map((namespace): Group => {
    const found = findHolders(index, namespace, evidence);
    const seen = found.filter(({ kind }) => kind !== 'kernel');
    const references = readings?.account(namespace, seen);
    const unnamed = references && seen.length > 0 ? rowOfUnnamed(references) : undefined;
    const all = [...found, ...(unnamed ? [unnamed] : [])].map(
      (holder): HolderRow => ({ held: namespace, holder: { ...(evidence ? {} : notOfNow), ...holder } }),
    );
    return { namespace, references, seen: seen.length, rows: sortRows(holderColumns, filter(all), options) };
  });
  return { index, groups };
}

function report({ index, groups }: Answer, { columns, options }: Request): number {
  const { coverage } = index.snapshot;
  if (options.json) {
    const rows = groups.flatMap((group) => group.rows);
    const holders =
      options.columns === undefined
        ? rows.map(({ held, holder }) => ({ holds: { type: held.type, inode: held.inode }, ...holder }))
        : rows.map((row) => toJsonRow(columns, row));
    const references = groups.flatMap(({ namespace: { type, inode }, references: account }) =>
      account ? [{ holds: { type, inode }, ...account }] : [],
    );
    writeLines(formatJsonObject({ holders, references, coverage }));
  } else {
    groups.forEach((group, i) => {
      if (i > 0) writeLines(['']);
      writeGroup(group, index, columns, options);
    });
    if (options.columns === undefined) writeRemarks(groups, coverage);
    // Of a target without namespaces to list it was said why, and nothing is listed that may lack something.
    if (groups.length > 0) noteCoverage(coverage, options);
  }
  return groups.some(({ rows }) => rows.length > 0) ? 0 : 1;
}

/** A process stands for the namespaces that it is in and that are not the boot's own, a workload for those that it has. */
function findNamespaces(word: string, index: SnapshotIndex, options: OptionValues): Namespace[] {
  const target = findTarget(word, index, options);
  if (target.kind === 'namespace') return [target.namespace];
  if (target.kind === 'workload')
    return target.workload.namespaces.flatMap(({ type, inode }) => index.namespace(type, inode) ?? []);
  const namespaces = namespaceTypes.flatMap((type) => {
    const inode = target.process.namespaces[type];
    const namespace = isKnown(inode) ? index.namespace(type, inode) : undefined;
    return namespace && namespace.initial !== true ? [namespace] : [];
  });
  const { process } = target;
  const threads = findThreadsElsewhere(process, index.snapshot).map(({ thread }) => thread.tid);
  if (threads.length > 0)
    writeRemark(`threads of process ${process.pid} are elsewhere; of the first: nscope holders ${threads[0]}`, options);
  else if (namespaces.length === 0) writeRemark(explainNone(process), options);
  return namespaces;
}

/** Where links are refused the process may well be in namespaces that can be released. */
function explainNone({ pid, namespaces }: Process): string {
  const refused = namespaceTypes.filter((type) => {
    const inode = namespaces[type];
    return !isKnown(inode) && inode.unknown === 'denied';
  });
  return refused.length === 0
    ? `process ${pid} is in no namespace but the boot's own, which nothing releases`
    : `the namespace links of process ${pid} are refused: which of these it is in is not known: ${refused.join(', ')}`;
}

/** The kernel's counts, read anew where something changed meanwhile. */
class References {
  #reading: ReferenceReading | undefined;
  #turns = 0;

  /** The boot's own never end: of them there is nothing to account for. */
  account(namespace: Namespace, seen: readonly HeldBy[]): NamespaceReferences | undefined {
    if (namespace.initial === true || !isKnown(namespace.id)) return undefined;
    const listed = {
      pids: new Set(seen.flatMap(({ pid }) => pid ?? [])),
      bindMounts: seen.filter(({ kind }) => kind === 'bind-mount').length,
      watches: seen.filter(({ kind }) => kind === 'watch').length,
    };
    if (this.#turns === 0) this.#read();
    for (;;) {
      const account = this.#reading && accountReferences(this.#reading, BigInt(namespace.id), listed);
      if (account?.verdict !== 'changed' || this.#turns >= maxReadings) return account;
      this.#read();
    }
  }

  #read(): void {
    this.#turns++;
    this.#reading = readReferences(this.#reading);
  }
}

const maxReadings = 4;

interface Group {
  readonly namespace: Namespace;
  /** Undefined where the kernel's count was not to be had. */
  readonly references: NamespaceReferences | undefined;
  /** How many holders were seen, the rows that a filter left out among them. */
  readonly seen: number;
  readonly rows: readonly HolderRow[];
}

function writeGroup(
  { namespace, references, seen, rows }: Group,
  index: SnapshotIndex,
  chosen: readonly Column<HolderRow>[],
  options: OptionValues,
): void {
  const palette = choosePalette();
  const columns = chosen.filter(
    (column) =>
      options.columns !== undefined ||
      !leftOutWhenEmpty.has(column.name) ||
      rows.some((row) => column.value(row) !== null),
  );
  const name = formatNamespace(namespace.type, namespace.inode);
  const summary =
    namespace.initial === true
      ? `${name} is the boot's own: it lasts until the host stops, whatever holds it`
      : `${name} ${summarize(namespace, seen, mayBeUnseen(namespace, index), references)}${summarizeLife(namespace, index)}`;
  const width = readTerminalWidth();
  if (options.header !== false) writeLines(wrapText(summary, width).map((line) => paintNamespaces(line, palette)));
  const table = {
    width: options.wide ? undefined : width,
    header: options.header !== false,
    paint: (text: string) => paintNamespaces(text, palette),
    paintHeader: palette.strong,
  };
  writeLines(formatTable(columns, rows, table));
  const shown = listFitting(columns, rows, table);
  // A command that is cut is none.
  if (columns.some((column) => column.name === 'release' && !shown.includes(column)))
    writeLines(describeReleases(rows.map(({ holder }) => holder)).map(escapeText));
}

function mayBeUnseen({ type }: Namespace, { snapshot }: SnapshotIndex): boolean {
  return describeUnseen([type], snapshot.coverage.unseenHolders).length > 0;
}

/** What there is to say of several holders alike, also of several namespaces, below all. */
function writeRemarks(groups: readonly Group[], { unseenHolders }: Coverage): void {
  const remarks = describeHolderRemarks(
    groups.map(({ rows, namespace, references }) => ({
      namespace,
      holders: rows.map(({ holder }) => holder),
      isToldByKernel: namespace.holderCounts.kernel !== undefined || references?.verdict === 'whole',
    })),
    unseenHolders,
  );
  if (groups.length > 1 && remarks.length > 0) writeLines(['']);
  const width = readTerminalWidth();
  for (const remark of remarks)
    writeLines(wrapText(escapeText(remark), width).map((line, i) => (i === 0 ? line : `  ${line}`)));
}

/** What else there is to know of a pid namespace that no process is in. */
function summarizeLife(namespace: Namespace, index: SnapshotIndex): string {
  if (namespace.type !== 'pid') return '';
  const { state } = judgePidNamespace(namespace, index);
  return hasNoInit(state) ? ` State: ${describePidNamespaceState(state)}.` : '';
}

/** That it ends with what was seen is promised only where the kernel's count proves it (docs/references.md). */
function summarize(
  namespace: Namespace,
  seen: number,
  mayBeMore: boolean,
  references: NamespaceReferences | undefined,
): string {
  const since = namespace.openSince === undefined ? '' : ` It has been held open since ${namespace.openSince}.`;
  const counted = references ? ` ${describeReferences(references)}` : '';
  if (seen === 0)
    return namespace.holderCounts.kernel
      ? `is in the kernel's list, and nothing that was seen holds it.${counted}${since}`
      : `has no holder that was seen.${counted}${since}`;
  const things = seen === 1 ? 'one thing' : `${seen} things`;
  if (references?.verdict === 'whole')
    return `is held by ${things}, and ends when ${seen === 1 ? 'that is' : 'all of these are'} gone.${counted}${since}`;
  return mayBeMore
    ? `is held by ${things}; what else may hold it was not all seen.${counted}${since}`
    : `is held by ${things}; of all that nscope looks for, nothing else holds it.${counted}${since}`;
}
