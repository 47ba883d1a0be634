import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSubordinateIds } from '../../../src/parse/text/subordinate-ids.ts';

test('The ranges of a user stand there by name or by number, and what is no entry is passed over.', () => {
  const text = 'eve:100000:65536\n1000:300000:10\nbob:200000:65536\n# eve:1:1\neve:x:1\neve:5\n';
  const eve = [
    { start: 100_000, count: 65_536 },
    { start: 300_000, count: 10 },
  ];
  assert.deepEqual(parseSubordinateIds(text, 1000, 'eve'), eve);
  assert.deepEqual(parseSubordinateIds(text, 1000, undefined), eve.slice(1));
  assert.deepEqual(parseSubordinateIds(text, 1001, 'mallory'), []);
});

test('Lines count by the name or by the number of the user, and none of another name does.', () => {
  const text = 'alice:100:5\n# root:1:1\nroot:200:5\n0:300:5\nroot2:400:5\n00:500:5\n:600:5\nroot:7:\nroot:8:9:10\n';
  assert.deepEqual(parseSubordinateIds(text, 0, 'root'), [
    { start: 200, count: 5 },
    { start: 300, count: 5 },
    { start: 500, count: 5 },
  ]);
  assert.deepEqual(parseSubordinateIds(text, 1000, undefined), []);
});
