import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namespaceLinks } from '../../../src/model/snapshot/namespace-types.ts';
import { parseBpfEvents } from '../../../src/parse/records/bpf-events.ts';

interface Record {
  readonly kind: number;
  readonly comm?: string;
  readonly flags?: number;
  readonly places?: readonly { readonly inode: number; readonly id: bigint }[];
}

/** As bpf/events.bpf.c lays it out. */
function encode({ kind, comm = 'sh', flags = 0, places }: Record): Buffer {
  const bytes = Buffer.alloc(places ? 176 : 56);
  bytes.writeBigUInt64LE(5_000_000_000n, 0);
  bytes.writeBigUInt64LE(1_239_999_999n, 8);
  for (const [i, word] of [kind, 812, 813, 1, 1000, flags].entries()) bytes.writeUInt32LE(word, 16 + 4 * i);
  bytes.write(comm, 40, 16, 'utf8');
  for (const [i, { inode, id }] of (places ?? []).entries()) {
    bytes.writeUInt32LE(inode, 56 + 4 * i);
    bytes.writeBigUInt64LE(id, 96 + 8 * i);
  }
  return bytes;
}

const places = namespaceLinks.map((_, i) => ({ inode: 4026532000 + i, id: BigInt(5000 + i) }));

test('An event tells who, since when, and in which namespaces, with their ids.', () => {
  const [event, ...others] = parseBpfEvents(encode({ kind: 4, places }));
  assert.deepEqual(others, []);
  assert.deepEqual(event, {
    kind: 'unshare',
    atNs: 5_000_000_000,
    startTimeTicks: 123,
    pid: 812,
    tid: 813,
    ppid: 1,
    uid: 1000,
    comm: 'sh',
    flags: 0,
    inodes: places.map(({ inode }) => inode),
    ids: places.map(({ id }) => String(id)),
  });
});

test('Events follow each other, those of an end without namespaces, and a name fills all its 16 bytes.', () => {
  const comm = 'sixteen-bytes-xy';
  const bytes = Buffer.concat([encode({ kind: 3, flags: 1, comm }), encode({ kind: 1, places }), encode({ kind: 6 })]);
  const events = parseBpfEvents(bytes);
  assert.deepEqual(
    events.map(({ kind, inodes }) => [kind, inodes.length]),
    [
      ['exit', 0],
      ['fork', 10],
      ['mount', 0],
    ],
  );
  assert.deepEqual([events[0]?.comm, events[0]?.flags], [comm, 1]);
});

/** As an EXEC has it, with its words after where it is. */
function encodeExec(words: string | Buffer): Buffer {
  const bytes = Buffer.alloc(440);
  encode({ kind: 2, places }).copy(bytes);
  bytes.writeUInt32LE(Buffer.from(words).length, 176);
  Buffer.from(words).copy(bytes, 184);
  return bytes;
}

test('The start of a program has its command line, and what follows it is read from where it begins.', () => {
  const [exec, end] = parseBpfEvents(Buffer.concat([encodeExec('ip\0netns\0add\0blue\0'), encode({ kind: 3 })]));
  assert.deepEqual([exec?.kind, exec?.command, end?.kind], ['exec', 'ip netns add blue', 'exit']);
  const cut = 'x'.repeat(255);
  assert.equal(parseBpfEvents(encodeExec(cut))[0]?.command, cut);
  // A byte that is not UTF-8 is kept as everywhere.
  assert.equal(parseBpfEvents(encodeExec(Buffer.from([0x61, 0xff, 0])))[0]?.command, 'a\udcff');
  const [without] = parseBpfEvents(encodeExec(''));
  assert.ok(without && !('command' in without));
  assert.throws(() => parseBpfEvents(encodeExec('ip').subarray(0, 200)), /cut/);
});

test('Whoever mounts something is told, and not where it is.', () => {
  const [event] = parseBpfEvents(encode({ kind: 7 }));
  assert.deepEqual([event?.kind, event?.pid, event?.inodes], ['attach', 812, []]);
});

test('A namespace without an id, as before Linux 6.18, has none; a large id loses no digit.', () => {
  const large = 18_446_744_073_709_551_615n;
  const [event] = parseBpfEvents(
    encode({ kind: 5, places: places.map(({ inode }, i) => ({ inode, id: i === 0 ? 0n : large })) }),
  );
  assert.deepEqual(event?.ids.slice(0, 2), [null, String(large)]);
  const exact = 9_007_199_254_740_993n;
  const [other] = parseBpfEvents(encode({ kind: 5, places: places.map(({ inode }) => ({ inode, id: exact })) }));
  assert.equal(other?.ids[0], String(exact));
});

test('A cut record and a kind that is not known are errors.', () => {
  assert.throws(() => parseBpfEvents(encode({ kind: 4, places }).subarray(0, 170)), /cut/);
  assert.throws(() => parseBpfEvents(encode({ kind: 3 }).subarray(0, 40)), /cut/);
  assert.throws(() => parseBpfEvents(encode({ kind: 9 })), /not known/);
  assert.deepEqual(parseBpfEvents(Buffer.alloc(0)), []);
});
