import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BpfFileRecord, BpfNestedQueue, BpfReceiver } from '../../../src/parse/records/bpf-files.ts';
import { findReceivers } from '../../../src/parse/records/bpf-queues.ts';

function receiver(pid: number, queue: bigint): BpfReceiver {
  return { pid, tid: pid, fd: 3, socketInode: 1000 + Number(queue), queue };
}

function inQueue(queue: bigint, inode = 4026532331): BpfFileRecord {
  const place = { pid: 0, tid: 0, fd: 0, inFlight: true, isMapped: false, socketInode: 0, family: 0, target: 0 };
  return { kind: 'nsfs', type: 'net', inode, id: 1n, ...place, queue };
}

function find(receivers: BpfReceiver[], nested: BpfNestedQueue[], records: BpfFileRecord[]): number[][] {
  const found = findReceivers({ receivers }, { records, nested, receivers: [], cutSocketInodes: [], cut: 0 });
  assert.deepEqual(
    found.map(({ record }) => record),
    records,
  );
  return found.map((one) => one.receivers.map(({ pid }) => pid));
}

test('What is in a queue is received by each descriptor of the socket.', () => {
  assert.deepEqual(find([receiver(5, 1n), receiver(6, 1n), receiver(7, 2n)], [], [inQueue(1n)]), [[5, 6]]);
});

test('What is in the queue of a socket that lies in others, at any depth, is received by those who have any of them.', () => {
  const nested = [
    { inner: 4n, outer: 3n },
    { inner: 3n, outer: 2n },
    { inner: 3n, outer: 1n },
  ];
  assert.deepEqual(find([receiver(5, 1n), receiver(6, 2n), receiver(7, 9n)], nested, [inQueue(4n)]), [[6, 5]]);
});

test('Sockets that lie in each other’s queues end the search, and what nobody has open is received by nobody.', () => {
  const nested = [
    { inner: 1n, outer: 2n },
    { inner: 2n, outer: 1n },
  ];
  assert.deepEqual(find([receiver(5, 3n)], nested, [inQueue(1n), inQueue(2n), inQueue(3n)]), [[], [], [5]]);
});
