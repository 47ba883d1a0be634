import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseBpfLifetimes } from '../../../src/parse/records/bpf-lifetimes.ts';

/** As bpf/lifetimes.bpf.c lays it out. */
function encode(kind: number, type: number, comm: string): Buffer {
  const bytes = Buffer.alloc(72);
  for (const [i, value] of [9_000_000_000n, 25_000_000n, 5121n].entries()) bytes.writeBigUInt64LE(value, 8 * i);
  for (const [i, word] of [kind, type, 4026532992, 812, 813, 1, 1000].entries()) bytes.writeUInt32LE(word, 24 + 4 * i);
  bytes.write(comm, 56, 16, 'latin1');
  return bytes;
}

test('The making and the freeing of a namespace are told, with who ran.', () => {
  const by = { startTimeTicks: 2, pid: 812, tid: 813, ppid: 1, uid: 1000 };
  const namespace = { atNs: 9_000_000_000, inode: 4026532992, id: '5121' };
  const bytes = Buffer.concat([encode(1, 0x40000000, 'ip'), encode(2, 0x04000000, 'sixteen-bytes-xy')]);
  assert.deepEqual(parseBpfLifetimes(bytes), [
    { kind: 'created', type: 'net', comm: 'ip', ...namespace, ...by },
    { kind: 'destroyed', type: 'uts', comm: 'sixteen-bytes-xy', ...namespace, ...by },
  ]);
});

test('A type of a newer kernel is left out, and a cut record is an error.', () => {
  assert.deepEqual(parseBpfLifetimes(encode(1, 0x100, 'ip')), []);
  assert.throws(() => parseBpfLifetimes(encode(1, 0x40000000, 'ip').subarray(0, 64)), /not a multiple of 72/);
});
