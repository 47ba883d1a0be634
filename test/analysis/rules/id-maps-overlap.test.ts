import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idMapsOverlap } from '../../../src/analysis/rules/id-maps-overlap.ts';
import { judge, say, userNamespace } from './judge.ts';

const overlap = (...facts: Parameters<typeof userNamespace>[]) =>
  say(
    judge(
      idMapsOverlap,
      facts.map((words) => userNamespace(...words)),
    ),
  ).map((line) => line.replace(/:.*/, ''));

test('The same range of two users is a warning, told once for uids and gids.', () => {
  assert.deepEqual(overlap([70, 0, [100000, 65536]], [71, 1000, [150000, 65536]]), ['warning']);
});

test('Containers of one engine that have the very same range are a note, and in part the same a warning.', () => {
  assert.deepEqual(overlap([70, 0, [100000, 65536]], [71, 0, [100000, 65536]]), ['note']);
  assert.deepEqual(overlap([70, 0, [100000, 65536]], [71, 0, [110000, 65536]]), ['warning']);
});

test('A user who divides the own range is a note.', () => {
  assert.deepEqual(overlap([70, 1000, [100000, 65536]], [71, 1000, [100100, 100]]), ['note']);
});

test('Ranges side by side, single ids, and the ids of the host itself are nothing.', () => {
  assert.deepEqual(overlap([70, 0, [100000, 65536]], [71, 1000, [165536, 65536]]), []);
  assert.deepEqual(overlap([70, 1000, [1000, 1]], [71, 1000, [1000, 1]]), []);
  assert.deepEqual(overlap([70, 0, [0, 65536]], [71, 0, [0, 65536]]), []);
});
