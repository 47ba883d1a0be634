import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BpfTaskCursor } from '../../../src/parse/records/bpf-tasks.ts';

// Read on Linux 6.18 from kthreadd, a node and a sleep three pid namespaces down.
const kthreadd =
  'AgAAAAIAAAAAAAAAAAAAAAAAAABAgCAAAQAAAAAAAAABAAAAAAAAAPv//+/////v+P//7/n//+/8///v+v//7/3//+/+///v/P//7/r//+8AAAAAAAAAABGKCQ8AAAAAoGwQg/////9rdGhyZWFkZAAAAAAAAAAA';
const node =
  'AigAAAIoAAD/JwAAAAAAAAAAAAAAAUAAAAAAAAAAAAALAAAAAAAAAPv//+/////v+P//7/n//+/8///v+v//7/3//+/+///v/P//7/r//+8AAAAAAAAAAPaJVacVAwAAAJg2BYGI//9ub2RlAAAAAAAAAAAAAAAA';
const sleep =
  'TXcAAE13AABMdwAAAAAAAAAAAAAAAEAAASAAAAAAAAABAAAAAwAAAPv//+/////v+P//7/n//+/nAQDw+v//7/3//+/+///v5wEA8Pr//+8DAAAAAAAAAAtXjEP3AgAAAEygBoGI//9zbGVlcAAAAAAAAAAAAAAAAwAAAAIAAAABAAAA';

function decode(...records: string[]): Buffer {
  return Buffer.concat(records.map((record) => Buffer.from(record, 'base64')));
}

/** A cursor on the only record. */
function read(bytes: Uint8Array): BpfTaskCursor {
  const cursor = new BpfTaskCursor(bytes);
  assert.ok(cursor.next());
  return cursor;
}

test('Task records of different length are walked one after the other, to the end.', () => {
  const cursor = new BpfTaskCursor(decode(kthreadd, sleep, node));
  const seen: [number, string][] = [];
  while (cursor.next()) seen.push([cursor.pid, cursor.comm]);
  assert.deepEqual(seen, [
    [2, 'kthreadd'],
    [30541, 'sleep'],
    [10242, 'node'],
  ]);
  assert.equal(cursor.next(), false);
  assert.equal(new BpfTaskCursor(Buffer.alloc(0)).next(), false, 'no record is the end at once');
});

test('A nested process shows its PID in each pid namespace, and a process of the initial one its only PID.', () => {
  const nested = read(decode(sleep));
  assert.deepEqual(nested.pids, [30541, 3, 2, 1]);
  assert.equal(nested.pidCount, 4);
  assert.equal(nested.ppid, 30540);
  assert.equal(nested.inode('pid'), 4026532327);
  assert.equal(nested.inode('pid_for_children'), 4026532327);
  assert.equal(nested.inode('net'), 4026531833);
  assert.equal(nested.words[nested.linksStart + 3], 4026531833, 'net is the fourth link');
  assert.deepEqual(read(decode(node)).pids, [10242]);
});

test('A kernel thread is told by its flag, and a process comes with its state and its threads.', () => {
  assert.equal(read(decode(kthreadd)).isKernelThread, true);
  const running = read(decode(node));
  assert.equal(running.isKernelThread, false);
  assert.equal(running.state, 'R');
  assert.equal(running.threads, 11);
});

test('Every state has the letter of /proc, also those that the kernel keeps in other bits.', () => {
  const letters: [number, number, string][] = [
    [0, 0, 'R'],
    [1, 0, 'S'],
    [0x2001, 0, 'S'],
    [2, 0, 'D'],
    [4, 0, 'T'],
    [8, 0, 't'],
    [0x80, 0x10, 'X'],
    [0x80, 0x20, 'Z'],
    [0x40, 0, 'P'],
    [0x402, 0, 'I'],
    [0x1000, 0, 'D'],
    [0x8000, 0, 'D'],
  ];
  for (const [state, exitState, letter] of letters) {
    const bytes = decode(node);
    bytes.writeUInt32LE(state, 24);
    bytes.writeUInt32LE(exitState, 28);
    assert.equal(read(bytes).state, letter, `state 0x${state.toString(16)}, exit state 0x${exitState.toString(16)}`);
  }
});

test('The start time in ticks is exact at any uptime, and is moved by the offset of a time namespace.', () => {
  const process = read(decode(node));
  assert.equal(process.startTimeTicks(), 339_153);
  assert.equal(process.startTimeTicks({ seconds: 10, nanoseconds: 9_000_000 }), 339_153 + 1000 + 1);
  assert.equal(process.startTimeTicks({ seconds: -5, nanoseconds: 0 }), 339_153 - 500);
  for (const nanoseconds of [0n, 9_999_999n, 10_000_000n, 4_294_967_296n, 20_000n * 86_400n * 1_000_000_000n - 1n]) {
    const bytes = decode(node);
    bytes.writeBigUInt64LE(nanoseconds, 88);
    assert.equal(read(bytes).startTimeTicks(), Number(nanoseconds / 10_000_000n), `${nanoseconds} ns`);
  }
});

test('Tasks in the same cgroups share a number, and others do not.', () => {
  const number = read(decode(node)).cgroupSet;
  assert.ok(Number.isSafeInteger(number));
  assert.equal(number, read(decode(node)).cgroupSet);
  assert.notEqual(number, read(decode(kthreadd)).cgroupSet);
});

test('A name keeps bytes that are no text, and may fill all 15 places.', () => {
  const bytes = decode(node);
  Buffer.from('\xff23456789012345\0', 'latin1').copy(bytes, 104, 0, 16);
  bytes[119] = 0;
  assert.equal(read(bytes).comm, '\udcff23456789012345');
});

test('A task record that is cut is an error.', () => {
  const cursor = new BpfTaskCursor(decode(sleep).subarray(0, 124));
  assert.throws(() => cursor.next(), /cut/);
});

test('Bytes that begin at an odd place in memory are read the same.', () => {
  const moved = read(Buffer.concat([Buffer.from([0]), decode(sleep)]).subarray(1));
  assert.equal(moved.pid, 30541);
  assert.equal(moved.comm, 'sleep');
});
