// What a filter says of rows that it cannot decide.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { compileFilter } from '../../../src/analysis/listing/filter.ts';
import { namespaceColumns } from '../../../src/render/columns/namespace-columns.ts';
import { runNscope } from '../run-nscope.ts';

test('A filter says how many rows it leaves out because the host refused what it compares.', () => {
  const { stdout: page, stderr: remarks } = runNscope(['ps', '--filter', 'netns > 0', '--columns', 'netns'], '');
  const told = /^nscope: the filter leaves out (\d+) rows? of which what it compares is not known$/m.exec(remarks);
  assert.ok(told, remarks);
  assert.ok(Number(told[1]) > 0);
  assert.match(page, /^ *\d+$/m);
  assert.doesNotMatch(page, /^ *\?$/m);
});

test('What a row has none of is no reason for a remark.', () => {
  const { stdout, stderr } = runNscope(['ls', '--filter', 'level >= 0', '--columns', 'type,level'], '');
  assert.match(stdout, /^(?:user|pid) +\d+$/m);
  assert.doesNotMatch(stdout, /^net /m);
  assert.doesNotMatch(stderr, /leaves out/);
});

test('The filters that docs/reference/filters.md shows are filters, and what it prints is what is printed.', () => {
  const text = readFileSync('docs/reference/filters.md', 'utf8');
  const rows = [...text.matchAll(/^\| (`.*?`) \| /gm)].map(([, cell = '']) => cell.replaceAll('\\|', '|'));
  const filters = rows.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, filter = '']) => filter));
  assert.ok(filters.length > 10, filters.join('; '));
  for (const filter of filters) assert.doesNotThrow(() => compileFilter(filter, namespaceColumns), filter);
  const [, wrong = '', said = ''] = /^\$ nscope ls --filter '(.*)'\n(.*?)^```/ms.exec(text) ?? [];
  const { status, stdout, stderr } = runNscope(['ls', '--filter', wrong]);
  assert.deepEqual([status, stdout, stderr], [2, '', said]);
});

test('Null is what a row has none of: a column is null where the listing shows a dash, and nowhere else.', () => {
  for (const [column, count] of [
    ['name', 'name == null'],
    ['level', 'level == null'],
  ] as const) {
    const all = runNscope(['ls', '-n', '-o', column]).lines;
    const none = runNscope(['ls', '-n', '-o', column, '--filter', count]).lines;
    const some = runNscope(['ls', '-n', '-o', column, '--filter', `${column} != null`]).lines;
    assert.ok(none.length > 0, column);
    for (const line of none) assert.equal(line.trim(), '-');
    assert.ok(some.every((line) => !/^[-?]$/.test(line.trim())));
    assert.ok(Math.abs(all.length - none.length - some.length) < all.length / 4);
  }
});
