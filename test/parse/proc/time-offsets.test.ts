import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTimeOffsets } from '../../../src/parse/proc/time-offsets.ts';
import { assertMalformed } from '../text/malformed-as.ts';

const file = '/proc/PID/timens_offsets';

test('The offsets of both clocks are seconds, which may be negative, and nanoseconds.', () => {
  const text = 'monotonic         -86400         5\nboottime            7200 999999999\n';
  assert.deepEqual(parseTimeOffsets(text), {
    monotonic: { seconds: -86400, nanoseconds: 5 },
    boottime: { seconds: 7200, nanoseconds: 999999999 },
  });
});

test('A clock that is missing or garbled is named with its line.', () => {
  assertMalformed(() => parseTimeOffsets(''), file, 1, 'monotonic');
  assertMalformed(() => parseTimeOffsets('monotonic 0 0\n'), file, 1, 'boottime');
  assertMalformed(() => parseTimeOffsets('monotonic 0 0\nboottime x 0\n'), file, 2, 'boottime');
});
