// nscope quota: how many namespaces there are, how many there may be, and what a failing unshare would hit.
import { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { type Accounts, listAccounts } from '../../analysis/limits/accounts.ts';
import { countLeft, findLimitPath, findShare, type LimitPath, type Maker } from '../../analysis/limits/limit-path.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { type NamespaceType, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import { type ConditionName, wantListing } from '../../model/snapshot/wanted.ts';
import { type AccountRow, accountColumns } from '../../render/columns/account-columns.ts';
import { formatJsonObject } from '../../render/lines/json-lines.ts';
import { formatTable } from '../../render/lines/table.ts';
import { formatLimitPaths } from '../../render/pages/quota-page.ts';
import { formatUnknown } from '../../render/words/unknown.ts';
import { wrapText } from '../../render/words/wrap-text.ts';
import { type RowChoice, readRowChoice, sortRows, toJsonRow } from '../reading/choose-columns.ts';
import { readSnapshot } from '../reading/read-snapshot.ts';
import { readTypes } from '../reading/read-types.ts';
import { readingVerb } from '../reading/reading-verb.ts';
import { checkTargets, mayBeWorkload } from '../reading/target.ts';
import { findUid, readUsers } from '../reading/users.ts';
import { noteCoverage } from '../screen/note-coverage.ts';
import { choosePalette, readTerminalWidth, writeLines, writeRemark } from '../screen/output.ts';
import type { OptionValues } from '../table/option-values.ts';
import type { GivenCommand } from '../table/verb-module.ts';
import { findMaker } from '../verdicts/find-maker.ts';

const usualColumns = ['type', 'userns', 'user', 'count', 'max', 'percent', 'unattributed'];
const pathColumns = ['type', 'level', 'userns', 'user', 'count', 'max', 'left', 'tightest'];

export const run = readingVerb({ parse, answer, report });

interface Request extends RowChoice<AccountRow> {
  readonly word: string | undefined;
  readonly types: readonly NamespaceType[];
  readonly options: OptionValues;
}

interface Answer {
  readonly index: SnapshotIndex;
  readonly accounts: Accounts;
  readonly rows: readonly AccountRow[];
  readonly users: Readonly<Record<string, string>>;
  readonly way: { readonly maker: Maker; readonly paths: readonly LimitPath[] } | undefined;
}

async function parse([word]: readonly string[], options: OptionValues): Promise<Request> {
  checkTargets([word]);
  const types = readTypes(options);
  const choice = await readRowChoice(accountColumns, word === undefined ? usualColumns : pathColumns, options);
  return { ...choice, word, types: types.length === 0 ? namespaceTypes : types, options };
}

/** What listAccounts reads. */
const conditions: readonly ConditionName[] = ['sysctls', 'namespaceCounts'];

async function answer({ word, types, filter, options }: Request, given: GivenCommand): Promise<Answer> {
  const workloads = mayBeWorkload(word);
  const snapshot = await readSnapshot(options, { ...wantListing, workloads, conditions }, given);
  const index = new SnapshotIndex(snapshot);
  const accounts = listAccounts(index);
  const users = readUsers(snapshot, options);
  const uid = typeof options.user === 'string' ? findUid(options.user, users) : undefined;
  const toRows = (found: readonly AccountRow['account'][]) =>
    sortRows(accountColumns, filter(found.map((account): AccountRow => ({ account, index, users }))), options);
  if (word === undefined) {
    const chosen = accounts.rows.filter((row) => types.includes(row.type) && (uid === undefined || row.uid === uid));
    return { index, accounts, users, rows: toRows(orderByShare(chosen)), way: undefined };
  }
  const maker = findMaker(word, uid, index, options);
  const paths = types.map((type) => findLimitPath(index, accounts, maker, type));
  return { index, accounts, users, rows: toRows(paths.flatMap(({ levels }) => levels)), way: { maker, paths } };
}

/** What is not known comes last; of equal shares the larger count first. */
function orderByShare(rows: Accounts['rows']): Accounts['rows'] {
  const shareOf = (row: Accounts['rows'][number]) => {
    const share = findShare(row);
    return isKnown(share) ? share : -1;
  };
  return [...rows].sort((a, b) => shareOf(b) - shareOf(a) || b.count - a.count);
}

function report(answer: Answer, { columns, options }: Request): number {
  const { index, accounts, rows, users, way } = answer;
  const { coverage } = index.snapshot;
  if (options.json) {
    const chosen = options.columns === undefined ? accountColumns : columns;
    const listed = rows.map((row) => toJsonRow(chosen, row));
    writeLines(formatJsonObject({ accounts: listed, counted: accounts.counted, ...way?.maker, coverage }));
  } else {
    const width = options.wide ? undefined : readTerminalWidth();
    const { strong } = choosePalette();
    writeLines(formatTable(columns, rows, { width, header: options.header !== false, paintHeader: strong }));
    if (way) {
      const lines = formatLimitPaths(way.paths, way.maker, { index, users });
      writeLines(['', ...lines.flatMap((line) => wrapText(line, width))]);
    }
    if (rows.length === 0) writeRemark('no namespace of these types or users is counted against a limit', options);
    noteSource(answer, options);
    noteCoverage(coverage, options);
  }
  return way ? concludePaths(way.paths) : Number(rows.length === 0);
}

function noteSource({ accounts, way }: Answer, options: OptionValues): void {
  if (accounts.why)
    writeRemark(
      `the kernel's counts are not known (${accounts.why.detail ?? formatUnknown(accounts.why)}): the namespaces that nscope sees are counted, and only the limits of its own user namespace are known`,
      options,
    );
  if (way?.paths.some(({ complete }) => !complete))
    writeRemark(
      'the way up ends in a user namespace that nscope cannot see above: limits further up hold as well',
      options,
    );
}

function concludePaths(paths: readonly LimitPath[]): number {
  const lefts = paths.flatMap(({ levels }) => levels.filter(({ uid }) => uid !== null).map(countLeft));
  if (lefts.some((left) => isKnown(left) && left <= 0)) return 1;
  const isWhole = paths.every(
    ({ complete, levels }) => complete && levels.every(({ max, counted }) => isKnown(max) && counted === 'kernel'),
  );
  return isWhole ? 0 : 3;
}
