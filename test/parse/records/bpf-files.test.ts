import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listLasting, parseBpfFiles } from '../../../src/parse/records/bpf-files.ts';

// Read on Linux 6.18.
const nsfs = 'ihkAAAAAAAAAAAAAAAAAAAEAAAAAAABA6wEA8CMoAAAjKAAACQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==';
const socket = 'AwAAAAAAAADHMw0AAAAAAAIAAAAAAABA+f//7yMoAAAjKAAAAAAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAAAAAA==';
const procfs = 'iRkAAAAAAAAAAAAAAAAAAAYAAAAAAAAg6gEA8AIoAAACKAAAGQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==';

function decode(...records: string[]): Buffer {
  return Buffer.concat(records.map((record) => Buffer.from(record, 'base64')));
}

test('A descriptor of a namespace names its process, its number and the namespace.', () => {
  assert.deepEqual(parseBpfFiles(decode(nsfs)), {
    cutSocketInodes: [],
    cut: 0,
    receivers: [],
    nested: [],
    records: [
      {
        kind: 'nsfs',
        type: 'net',
        inode: 4026532331,
        id: 6538n,
        pid: 10275,
        tid: 10275,
        fd: 9,
        inFlight: false,
        socketInode: 0,
        queue: 0n,
      },
    ],
  });
});

test('A socket comes with its inode number, a file on a procfs with the pid namespace.', () => {
  const [first, second] = parseBpfFiles(decode(socket, procfs)).records;
  assert.deepEqual([first?.kind, first?.socketInode], ['socket', 865223]);
  assert.deepEqual([second?.kind, second?.type, second?.inode, second?.fd], ['procfs', 'pid', 4026532330, 25]);
});

test('A queue that was too long is named by its socket and is no namespace.', () => {
  const bytes = decode(socket, nsfs);
  bytes.writeUInt32LE(7, 16);
  const { records, cutSocketInodes } = parseBpfFiles(bytes);
  assert.deepEqual(cutSocketInodes, [865223]);
  assert.deepEqual(
    records.map((record) => record.kind),
    ['nsfs'],
  );
});

test('Watches that were not all read are counted, and are no namespace.', () => {
  const bytes = decode(nsfs);
  bytes.writeUInt32LE(7, 16);
  assert.deepEqual(parseBpfFiles(bytes), { records: [], cutSocketInodes: [], cut: 1, receivers: [], nested: [] });
});

test('A file record that is cut is an error.', () => {
  assert.throws(() => parseBpfFiles(decode(nsfs).subarray(0, 50)), /not a multiple of 64/);
});

test('A socket with something in its queue is a receiver, and one that lies in a queue is nested; neither is a namespace.', () => {
  const bytes = decode(socket, socket);
  bytes.writeUInt32LE(20, 16);
  bytes.writeBigUInt64LE(77n, 56);
  bytes.writeUInt32LE(21, 64 + 16);
  bytes.writeBigUInt64LE(78n, 64);
  bytes.writeBigUInt64LE(77n, 64 + 56);
  const { records, receivers, nested } = parseBpfFiles(bytes);
  assert.deepEqual(records, []);
  assert.deepEqual(receivers, [{ pid: 10275, tid: 10275, fd: 0, socketInode: 865223, queue: 77n }]);
  assert.deepEqual(nested, [{ inner: 78n, outer: 77n }]);
});

test('That a queue is not empty does not last; all other records do.', () => {
  const bytes = decode(nsfs, socket, procfs);
  bytes.writeUInt32LE(20, 64 + 16);
  assert.deepEqual(Buffer.concat(listLasting(bytes)), decode(nsfs, procfs));
});
