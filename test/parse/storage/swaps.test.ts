import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSwaps } from '../../../src/parse/storage/swaps.ts';

test('Swap areas are read with their kind; a blank in a name is written in octal.', () => {
  const text = [
    'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority',
    '/dev/loop1                              partition\t16380\t\t0\t\t-2',
    '/srv/a\\040swap                          file\t\t2044\t\t0\t\t-3',
    '',
  ].join('\n');
  assert.deepEqual(parseSwaps(text), [
    { path: '/dev/loop1', isFile: false },
    { path: '/srv/a swap', isFile: true },
  ]);
  assert.deepEqual(parseSwaps('Filename\tType\n'), []);
});
