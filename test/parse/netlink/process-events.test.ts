import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseProcessEvents } from '../../../src/parse/netlink/process-events.ts';

/** struct proc_event behind its length, as native/process-events.c writes it. */
function encode(what: number, words: readonly number[]): Buffer {
  const length = 16 + 4 * words.length;
  const bytes = Buffer.alloc(8 + Math.ceil(length / 8) * 8);
  bytes.writeUInt32LE(length, 0);
  bytes.writeUInt32LE(what, 8);
  bytes.writeBigUInt64LE(7_000_000_001n, 16);
  for (const [i, word] of words.entries()) bytes.writeUInt32LE(word, 24 + 4 * i);
  return bytes;
}

test('Births, programs and ends are told with their process and thread.', () => {
  const bytes = Buffer.concat([
    encode(0x1, [10, 9, 21, 20]),
    encode(0x2, [20, 20]),
    encode(0x80000000, [21, 20, 0, 17, 10, 9]),
  ]);
  const atNs = 7_000_000_001;
  assert.deepEqual(parseProcessEvents(bytes), [
    { kind: 'fork', atNs, tid: 21, pid: 20, ppid: 9 },
    { kind: 'exec', atNs, tid: 20, pid: 20, ppid: 0 },
    { kind: 'exit', atNs, tid: 21, pid: 20, ppid: 0 },
  ]);
});

test('Other kinds are passed over, and a cut event is an error.', () => {
  const comm = encode(0x200, [1, 1, 0x6873, 0, 0, 0]);
  assert.deepEqual(parseProcessEvents(Buffer.concat([comm, encode(0x2, [5, 5])])).length, 1);
  assert.throws(() => parseProcessEvents(encode(0x1, [10, 9, 21, 20]).subarray(0, 32)), /cut/);
  assert.throws(() => parseProcessEvents(encode(0x1, [10, 9])), /cut/);
});
