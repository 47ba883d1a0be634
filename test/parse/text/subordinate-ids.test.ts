import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSubordinateIds } from '../../../src/parse/text/subordinate-ids.ts';

test('The ranges of a user stand there by name or by number, and what is no entry is passed over.', () => {
  const text = 'eve:100000:65536\n1000:300000:10\nbob:200000:65536\n# eve:1:1\neve:x:1\neve:5\n';
  const eve = [
    { first: 100_000, count: 65_536 },
    { first: 300_000, count: 10 },
  ];
  assert.deepEqual(parseSubordinateIds(text, 1000, 'eve'), eve);
  assert.deepEqual(parseSubordinateIds(text, 1000, undefined), eve.slice(1));
  assert.deepEqual(parseSubordinateIds(text, 1001, 'mallory'), []);
});
