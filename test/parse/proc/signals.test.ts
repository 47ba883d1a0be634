import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameSignal } from '../../../src/model/names/signal-names.ts';
import { parseSignalfd, parseSignals } from '../../../src/parse/proc/signals.ts';
import { assertMalformed } from '../text/malformed-as.ts';

/** Of systemd as PID 1, on Linux 6.1, shortened. */
const status = `Name:\tsystemd
SigQ:\t0/63432
SigPnd:\t0000000000000000
ShdPnd:\t0000000000000000
SigBlk:\t7be3c0fe28014a03
SigIgn:\t0000000000001000
SigCgt:\t00000000000004ec
`;

test('Signals that are handled, blocked and ignored are listed by number.', () => {
  const { handled, blocked, ignored } = parseSignals(status);
  assert.deepEqual(handled, [3, 4, 6, 7, 8, 11]);
  assert.deepEqual(ignored, [13]);
  assert.deepEqual(blocked.slice(0, 5), [1, 2, 10, 12, 15]);
  assert.equal(blocked.at(-1), 63);
});

test('Signals have the names of signal(7); those of real time count from the first that programs may use.', () => {
  assert.deepEqual([1, 9, 15, 17, 19, 31, 32, 34, 37, 64].map(nameSignal), [
    ...['SIGHUP', 'SIGKILL', 'SIGTERM', 'SIGCHLD', 'SIGSTOP', 'SIGSYS'],
    ...['signal 32', 'SIGRTMIN', 'SIGRTMIN+3', 'SIGRTMIN+30'],
  ]);
});

test('A mask that is missing or no number is malformed.', () => {
  const file = '/proc/PID/status';
  assertMalformed(() => parseSignals(status.replace(/^SigCgt.*\n/m, '')), file, 1, 'SigCgt');
  assertMalformed(() => parseSignals(status.replace('7be3c0fe28014a03', 'x')), file, 5, 'SigBlk');
});

test('The signals of a signalfd stand in its fdinfo; other descriptors have none.', () => {
  assert.deepEqual(parseSignalfd('pos:\t0\nflags:\t02004002\nmnt_id:\t16\nsigmask:\t0000000000004001\n'), [1, 15]);
  assert.deepEqual(parseSignalfd('pos:\t0\nflags:\t02\nmnt_id:\t16\neventfd-count: 0\n'), []);
  assertMalformed(() => parseSignalfd('pos:\t0\nsigmask:\tx\n'), '/proc/PID/fdinfo/FD', 2, 'sigmask');
});
