import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mixId, parseBpfTally } from '../../../src/parse/records/bpf-tally.ts';

// Read on Linux 6.18, where ids are counted from 1: 2 uts namespaces, of ipc the initial one alone (id 6), and so on.
const recorded =
  'SlsCxqo0aWYCAAAAAAAABLk62FFd2ky1AQAAAAAAAAjfCFrFlPiwjgIAAAAAAAIA946Nd8zNu/EBAAAAAAAAIMd8mm/SoQ9BAgAAAAAAAEBPaBpu0aEPQQIAAACAAAAAkmjfxJ9gFRcBAAAAAAAAAgDEK+cQVIRTAQAAAAAAABA=';

test('Of each type the tally has how many namespaces there are, and the sum over their ids.', () => {
  const tallies = parseBpfTally(Buffer.from(recorded, 'base64'));
  assert.deepEqual(
    Array.from(tallies, ([type, { count }]) => [type, count]),
    [
      ['uts', 2],
      ['ipc', 1],
      ['mnt', 2],
      ['pid', 1],
      ['net', 2],
      ['time', 2],
      ['cgroup', 1],
      ['user', 1],
    ],
  );
  assert.equal(tallies.get('uts')?.sum, 7379487372494396234n);
});

test('An id is mixed as the program of the kernel does it.', () => {
  const tallies = parseBpfTally(Buffer.from(recorded, 'base64'));
  assert.equal(tallies.get('ipc')?.sum, mixId(6n));
  assert.equal(tallies.get('cgroup')?.sum, mixId(5n));
  assert.equal(tallies.get('net')?.sum, BigInt.asUintN(64, mixId(3n) + mixId(706588n)));
});

test('No two ids are mixed alike.', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { minLength: 2 }), (ids) => {
      assert.equal(new Set(ids.map(mixId)).size, ids.length);
    }),
  );
});

test('A type of a newer kernel is left out, and a cut record is an error.', () => {
  const bytes = Buffer.from(recorded, 'base64').subarray(0, 32);
  bytes.writeUInt32LE(0x100, 12);
  assert.deepEqual([...parseBpfTally(bytes).keys()], ['ipc']);
  assert.throws(() => parseBpfTally(bytes.subarray(0, 20)), /not a multiple of 16/);
});
