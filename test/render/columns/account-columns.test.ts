// The columns of nscope quota on terminals of different widths.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SnapshotIndex } from '../../../src/analysis/graph/snapshot-index.ts';
import { listAccounts } from '../../../src/analysis/limits/accounts.ts';
import { findLimitPath } from '../../../src/analysis/limits/limit-path.ts';
import { type AccountRow, accountColumns } from '../../../src/render/columns/account-columns.ts';
import { formatTable } from '../../../src/render/lines/table.ts';
import { countedHost, countsOf, inner } from '../../analysis/limits/counted-host.ts';

const index = new SnapshotIndex(countedHost({ namespaceCounts: countsOf(4) }));
const accounts = listAccounts(index);
const { levels } = findLimitPath(index, accounts, { userNamespace: inner, uid: 0 }, 'net');

function show(names: readonly string[], found: readonly AccountRow['account'][], width: number): string[] {
  const columns = names.flatMap((name) => accountColumns.filter((column) => column.name === name));
  assert.equal(columns.length, names.length);
  const rows = found.map((account): AccountRow => ({ account, index, users: { 1000: 'alice-of-accounting' } }));
  return [...formatTable(columns, rows, { width, header: true })];
}

test('A listing of limits fits 40 columns: what is not attributed and the percentage give way.', () => {
  const names = ['type', 'userns', 'user', 'count', 'max', 'percent', 'unattributed'];
  const narrow = show(names, accounts.rows, 40);
  assert.ok(narrow.length > 2);
  for (const line of narrow) assert.ok(line.length <= 40, line);
  assert.match(narrow[0] ?? '', /^TYPE +USERNS +USER +COUNT +MAX$/);
  assert.match(show(names, accounts.rows, 80)[0] ?? '', /USED +UNATTRIBUTED$/);
});

test('The levels of a way up fit 40 columns, with what is left and which limit is first; a limit of none is short.', () => {
  const names = ['type', 'level', 'userns', 'user', 'count', 'max', 'left', 'tightest'];
  const narrow = show(names, levels, 40);
  for (const line of narrow) assert.ok(line.length <= 40, line);
  assert.match(narrow[0] ?? '', /^TYPE +LEVEL +USER +(?:COUNT +)?LEFT +FIRST$/);
  assert.match(narrow[1] ?? '', / 2147M +-$/);
  assert.match(narrow[2] ?? '', / 1 +yes$/);
  const wide = show(names, levels, 80);
  for (const line of wide) assert.ok(line.length <= 80, line);
  assert.match(wide[1] ?? '', / 2147483647 +2147483647 +-$/);
});
