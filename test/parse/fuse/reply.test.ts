// Answers to the kernel, byte by byte where the layout of include/uapi/linux/fuse.h tells.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type FuseEntry,
  FuseListing,
  formatFuseAttributes,
  formatFuseData,
  formatFuseEntry,
  formatFuseError,
  formatFuseInit,
  formatFuseInvalidateEntry,
  formatFuseOpen,
  formatFusePoll,
  formatFusePollWakeup,
  formatFuseStatfs,
} from '../../../src/parse/fuse/reply.ts';
import { encodeText } from '../../../src/parse/text/text.ts';

const entry: FuseEntry = {
  nodeId: 5,
  entryTimeoutMs: 1250,
  attributesTimeoutMs: 3_600_000,
  attributes: {
    inode: 2 ** 50 + 3,
    sizeBytes: 1025,
    mode: 0o100440,
    links: 1,
    uid: 1000,
    gid: 100,
    changedAtMs: 1_700_000_000_250,
  },
};

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

test('Every answer states its own length and the number of its request.', () => {
  const answers: [Uint8Array, number][] = [
    [formatFuseError(6n, 2), 16],
    [formatFuseData(6n), 16],
    [formatFuseData(6n, Uint8Array.of(1, 2, 3)), 19],
    [formatFuseInit(6n, { minor: 31, maxReadahead: 1, flags: 0, maxBackground: 1, maxWrite: 4096, maxPages: 1 }), 80],
    [formatFuseEntry(6n, entry), 144],
    [formatFuseAttributes(6n, 1, entry.attributes), 120],
    [formatFuseOpen(6n, 7, 2), 32],
    [formatFusePoll(6n, 1), 24],
    [formatFuseStatfs(6n, 12), 96],
  ];
  for (const [bytes, length] of answers) {
    assert.equal(bytes.length, length);
    assert.equal(view(bytes).getUint32(0, true), length);
    assert.equal(view(bytes).getBigUint64(8, true), 6n);
  }
});

test('An error is a negative errno value, and a message that is no answer has its code and no number.', () => {
  assert.equal(view(formatFuseError(6n, 2)).getInt32(4, true), -2);
  const wake = view(formatFusePollWakeup(1, 99n));
  assert.deepEqual([wake.getInt32(4, true), wake.getBigUint64(8, true), wake.getBigUint64(16, true)], [1, 0n, 99n]);
  const stale = formatFuseInvalidateEntry(3, 5, 'net');
  assert.equal(stale.length, 16 + 16 + 4);
  assert.equal(Buffer.from(stale.subarray(32)).toString(), 'net\0');
});

test('An entry carries its node, its times in seconds and nanoseconds, and its attributes.', () => {
  const bytes = view(formatFuseEntry(6n, entry));
  const long = (at: number) => Number(bytes.getBigUint64(16 + at, true));
  const word = (at: number) => bytes.getUint32(16 + at, true);
  assert.deepEqual([long(0), long(8), long(16), long(24), word(32), word(36)], [5, 0, 1, 3600, 250e6, 0]);
  assert.deepEqual([long(40), long(48), long(56)], [2 ** 50 + 3, 1025, 3]);
  assert.deepEqual(
    [long(64), long(72), long(80), word(88), word(92), word(96)],
    [...[1_700_000_000, 1_700_000_000, 1_700_000_000], ...[250e6, 250e6, 250e6]],
  );
  assert.deepEqual([word(100), word(104), word(108), word(112), word(120)], [0o100440, 1, 1000, 100, 4096]);
});

test('A listing holds as many whole entries as the size that was asked for has room for.', () => {
  const listing = new FuseListing(64);
  const names = ['a', 'bcdefghi', 'j'].map(encodeText);
  const added = names.filter((name, i) => {
    if (!listing.hasRoom(name, false)) return false;
    listing.add(name, 100 + i, i + 1, 4);
    return true;
  });
  assert.equal(added.length, 2, '32 bytes each');
  const bytes = listing.finish(6n);
  assert.equal(bytes.length, 16 + 64);
  assert.equal(view(bytes).getBigUint64(16 + 32, true), 101n);
  assert.equal(view(bytes).getBigUint64(16 + 40, true), 2n);
  assert.deepEqual([view(bytes).getUint32(16 + 48, true), view(bytes).getUint32(16 + 52, true)], [8, 4]);
  assert.equal(Buffer.from(bytes.subarray(16 + 56, 16 + 64)).toString(), 'bcdefghi');
});

test('A listing with attributes puts the entry before the name, and zeros for one that is not looked up.', () => {
  const listing = new FuseListing(1000);
  listing.add(encodeText('.'), 1, 1, 4, null);
  listing.add(encodeText('tasks'), 2, 2, 8, entry);
  const bytes = view(listing.finish(6n));
  assert.equal(bytes.byteLength, 16 + 160 + 160);
  assert.equal(bytes.getBigUint64(16, true), 0n);
  assert.equal(bytes.getBigUint64(16 + 160, true), 5n);
  assert.equal(bytes.getBigUint64(16 + 160 + 128, true), 2n);
});
