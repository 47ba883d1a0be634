import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseBpfNamespaces } from '../../../src/parse/records/bpf-namespaces.ts';

// Read on Linux 6.18: the initial mount namespace, one of a nested user namespace, and a pid namespace at level 3.
const mnt = 'BAAAAAAAAAADEAAAAAAAAAAAAAAAAAAAAAACAPj//+/9///vAAAAAAAAAACvAAAA/////wAAAAAXAAAAAAAAAA==';
const ownedMnt = 'iBkAAAAAAACHGQAAAAAAAAAAAAAAAAAAAAACAOkBAPDoAQDwAAAAAAAAAAABAAAA/////wAAAAAYAAAAAAAAAA==';
const pid = '1hQAAAAAAAADEAAAAAAAANUUAAAAAAAAAAAAIOcBAPD9///vAAAAAOYBAPACAAAA/////wMAAAABAACAAAAAAA==';

function decode(...records: string[]): Buffer {
  return Buffer.concat(records.map((record) => Buffer.from(record, 'base64')));
}

test('A namespace comes with its owner, its parent, its references and what its type counts.', () => {
  assert.deepEqual(parseBpfNamespaces(decode(pid)), [
    {
      type: 'pid',
      inode: 4026532327,
      id: 5334n,
      ownerInode: 4026531837,
      ownerUid: 0,
      parentInode: 4026532326,
      references: 2,
      level: 3,
      count: 1,
      inodeUsers: 0,
      stage: 'alive',
    },
  ]);
});

test('Mount namespaces count their mounts and have no parent.', () => {
  const [initial, owned] = parseBpfNamespaces(decode(mnt, ownedMnt));
  assert.equal(initial?.count, 23);
  assert.equal(owned?.count, 24);
  assert.equal(owned?.ownerInode, 4026532328);
  assert.equal(owned?.parentInode, 0);
});

test('A pid namespace takes processes before its first and until the end of its init.', () => {
  const bytes = decode(pid);
  assert.equal(parseBpfNamespaces(bytes)[0]?.stage, 'alive');
  bytes.writeUInt32LE(0x8000_0000, 56);
  assert.equal(parseBpfNamespaces(bytes)[0]?.stage, 'unborn');
  bytes.writeUInt32LE(1, 56);
  assert.deepEqual([parseBpfNamespaces(bytes)[0]?.stage, parseBpfNamespaces(bytes)[0]?.count], ['dead', 1]);
  assert.equal(parseBpfNamespaces(decode(mnt))[0]?.stage, undefined);
});

test('A type that this version does not know is left out, and a namespace record that is cut is an error.', () => {
  const bytes = decode(pid, mnt);
  bytes.writeUInt32LE(0x100, 24);
  const types = parseBpfNamespaces(bytes).map((namespace) => namespace.type);
  assert.deepEqual(types, ['mnt']);
  assert.throws(() => parseBpfNamespaces(decode(pid).subarray(0, 60)), /not a multiple of 64/);
});
