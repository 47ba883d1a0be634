import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
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

test('An event that ends within its length, or before, is an error that says so.', () => {
  const bytes = encode(0x2, [20, 20]);
  for (let length = 1; length < bytes.length; length++)
    assert.throws(() => parseProcessEvents(bytes.subarray(0, length)), { message: 'a process event is cut' });
});

test('Of any events in their frames each known kind is told once, in order.', () => {
  const what = fc.constantFrom(0x1, 0x2, 0x80000000, 0x4, 0x200);
  const events = fc.array(fc.tuple(what, fc.array(fc.nat(), { minLength: 4, maxLength: 7 })), { maxLength: 8 });
  let told = 0;
  fc.assert(
    fc.property(events, (list) => {
      const parsed = parseProcessEvents(Buffer.concat(list.map(([kind, words]) => encode(kind, words))));
      const known = list.filter(([kind]) => kind !== 0x4 && kind !== 0x200);
      const expected = known.map(([kind, words]) => (kind === 0x1 ? words.slice(2, 4) : words.slice(0, 2)));
      assert.deepEqual(
        parsed.map(({ tid, pid }) => [tid, pid]),
        expected,
      );
      told += parsed.length;
    }),
  );
  assert.ok(told > 100, String(told));
});
