import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quartiles } from '../../bench/statistics.ts';

test('A quarter of the values is at or below the first quartile, and a quarter at or above the third.', () => {
  assert.deepEqual(quartiles([5, 1, 4, 2, 3]), [2, 4]);
  assert.deepEqual(quartiles([4, 3, 2, 1]), [1.5, 3.5]);
  assert.deepEqual(quartiles([7]), [7, 7]);
  assert.throws(() => quartiles([]), RangeError);
});
