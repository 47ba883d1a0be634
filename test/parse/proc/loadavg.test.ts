import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTaskCount } from '../../../src/parse/proc/loadavg.ts';

test('The number of tasks is behind the slash, and what has none gives none.', () => {
  assert.equal(parseTaskCount('0.20 0.18 0.12 1/80 11206\n'), 80);
  assert.equal(parseTaskCount('12.00 9.18 7.12 128/100345 4194303\n'), 100_345);
  for (const text of ['', '0.20 0.18 0.12\n', 'a b c d e\n']) assert.equal(parseTaskCount(text), undefined);
});
