import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseBpfSuperblocks } from '../../../src/parse/records/bpf-superblocks.ts';

// Read on Linux 6.18.
const bindMount = '0xQAAAAAAAACjAGAAAAAAAMAAAAAAABAngEA8P3//+8AAAAAAAAAAOMBAPBKbwAAAAAAAAAAAAA=';
const fileSystemUser = 'hxkAAAAAAAAAAAAAAAAAAAcAAAAAAAAQ6AEA8P3//+8AAAAA/f//7wAAAAAAAAAAKwAAAAAAAAA=';
const mountRoot = 'iBkAAAAAAAAAAAAAAAAAAAIAAAAAAAIA6QEA8OgBAPAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';

function decode(...records: string[]): Buffer {
  return Buffer.concat(records.map((record) => Buffer.from(record, 'base64')));
}

test('A bind mount says which namespace it holds, in which mount namespace it lies, and its ids there.', () => {
  assert.deepEqual(parseBpfSuperblocks(decode(bindMount)), [
    {
      way: 'bind-mount',
      type: 'net',
      inode: 4026532254,
      id: 5331n,
      ownerInode: 4026531837,
      ownerUid: 0,
      parentInode: 0,
      mountNamespaceInode: 4026532323,
      mountId: 0x8001_8c02n,
      oldMountId: 28490,
      isLocked: false,
      deviceMajor: 0,
      deviceMinor: 0,
    },
  ]);
});

test('A bind mount that nobody can unmount alone is locked.', () => {
  const bytes = decode(bindMount);
  bytes.writeUInt32LE(1, 52);
  assert.equal(parseBpfSuperblocks(bytes)[0]?.isLocked, true);
});

test('A file system says by its device which user namespace it was mounted in.', () => {
  const [record] = parseBpfSuperblocks(decode(fileSystemUser));
  assert.equal(record?.way, 'file-system-user');
  assert.equal(record?.type, 'user');
  assert.equal(record?.inode, 4026532328);
  assert.equal(record?.parentInode, 4026531837);
  assert.equal(record?.deviceMinor, 43);
});

test('The device of a disk is split as mountinfo has it.', () => {
  const bytes = decode(fileSystemUser);
  bytes.writeUInt32LE((254 << 20) | 17, 48);
  const [record] = parseBpfSuperblocks(bytes);
  assert.deepEqual([record?.deviceMajor, record?.deviceMinor], [254, 17]);
});

test('A record of a way that is not known is left out.', () => {
  const records = parseBpfSuperblocks(Buffer.concat([decode(mountRoot), Buffer.alloc(56)]));
  const seen = records.map((record) => [record.way, record.inode, record.ownerInode]);
  assert.deepEqual(seen, [['mount-root', 4026532329, 4026532328]]);
});

test('A super block record that is cut is an error.', () => {
  assert.throws(() => parseBpfSuperblocks(Buffer.alloc(57)), /not a multiple of 56/);
});
