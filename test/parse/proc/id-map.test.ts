import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIdMap } from '../../../src/parse/proc/id-map.ts';
import { assertMalformed } from '../text/malformed-as.ts';

test('The lines of a map are three numbers, as wide as an id.', () => {
  assert.deepEqual(parseIdMap('         0          0 4294967295\n'), [{ inside: 0, outside: 0, count: 4294967295 }]);
  assert.deepEqual(parseIdMap('0 1000 1\n1 200000 65536\n'), [
    { inside: 0, outside: 1000, count: 1 },
    { inside: 1, outside: 200000, count: 65536 },
  ]);
});

test('A user namespace whose map was not written yet maps nothing.', () => {
  assert.deepEqual(parseIdMap(''), []);
});

test('A line that is no mapping is named with the file that was read.', () => {
  const file = '/proc/PID/gid_map';
  assertMalformed(() => parseIdMap('0 0 1\n0 1000\n', file), file, 2, 'a mapping of three numbers');
  assertMalformed(() => parseIdMap('0 -1 1\n', file), file, 1, 'a mapping of three numbers');
  assertMalformed(() => parseIdMap('0 0 1 1\n', file), file, 1, 'a mapping of three numbers');
  assertMalformed(() => parseIdMap('0 0 1\n\nx\n', file), file, 3, 'a mapping of three numbers');
});
