// What a filter says of rows that it cannot decide.
import assert from 'node:assert/strict';
import { test } from 'node:test';
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
