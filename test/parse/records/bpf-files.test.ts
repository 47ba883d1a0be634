import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseBpfFiles } from '../../../src/parse/records/bpf-files.ts';

// Read on Linux 6.18.
const nsfs = 'ihkAAAAAAAAAAAAAAAAAAAEAAAAAAABA6wEA8CMoAAAjKAAACQAAAAAAAAAAAAAAAAAAAAAAAAA=';
const socket = 'AwAAAAAAAADHMw0AAAAAAAIAAAAAAABA+f//7yMoAAAjKAAAAAAAAAAAAAABAAAAAAAAAAAAAAA=';
const procfs = 'iRkAAAAAAAAAAAAAAAAAAAYAAAAAAAAg6gEA8AIoAAACKAAAGQAAAAAAAAAAAAAAAAAAAAAAAAA=';

function decode(...records: string[]): Buffer {
  return Buffer.concat(records.map((record) => Buffer.from(record, 'base64')));
}

test('A descriptor of a namespace names its process, its number and the namespace.', () => {
  assert.deepEqual(parseBpfFiles(decode(nsfs)), {
    cutSocketInodes: [],
    cut: 0,
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
  assert.deepEqual(parseBpfFiles(bytes), { records: [], cutSocketInodes: [], cut: 1 });
});

test('A file record that is cut is an error.', () => {
  assert.throws(() => parseBpfFiles(decode(nsfs).subarray(0, 50)), /not a multiple of 56/);
});
