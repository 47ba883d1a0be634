import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseBpfProxies, parseBpfReferences } from '../../../src/parse/records/bpf-references.ts';

// Read on Linux 6.18. The only thread of a process in uts, net and time namespaces of its own, and of that process a
// socket with two descriptors, the other end of that socket, and an open /proc/self/mountinfo.
const nested =
  'IEFhRIGI//8byAoAAAAAAAYAAAAAAAAABAAAAAAAAAAcyAoAAAAAAB3ICgAAAAAAHcgKAAAAAAAFAAAAAAAAAAEAAADudwAA7ncAAAAAAAA=';
const socket = 'HMgKAAAAAACAje8EgYj//4AKuEmBiP//AEt5h4KI//+Alu8EgYj//wIAAAACAAAA7ncAAO53AAADAAAAAQAAAA==';
const otherEnd = 'HMgKAAAAAACAlu8EgYj//wAPuEmBiP//AEt5h4KI//+Aje8EgYj//wIAAAABAAAA7ncAAO53AAAEAAAAAQAAAA==';
const mountinfo = 'BAAAAAAAAACABLhJgYj//4AEuEmBiP//AEt5h4KI//8AAAAAAAAAAAMAAAABAAAA7ncAAO53AAAFAAAAAAAAAA==';
/** Of another process, an open file of nsfs. */
const nsfs = 'AwAAAAAAAADwdTnzgYj//4D9b1mBiP//wONeh4KI//8AAAAAAAAAAAEAAAABAAAAw3cAAMN3AAASAAAAAAAAAA==';

function decode(...records: string[]): Buffer {
  return Buffer.concat(records.map((record) => Buffer.from(record, 'base64')));
}

test('A thread comes with its set of namespaces, by id: uts, ipc, mnt, net, time twice and cgroup.', () => {
  assert.deepEqual(parseBpfProxies(decode(nested)), [
    {
      proxy: 0xffff_8881_4461_4120n,
      ids: [706587n, 6n, 4n, 706588n, 706589n, 706589n, 5n],
      users: 1,
      pid: 30702,
      tid: 30702,
    },
  ]);
});

test('Threads follow each other, and their number is not confused with that of their process.', () => {
  const thread = decode(nested);
  thread.writeUInt32LE(30703, 72);
  assert.deepEqual(
    parseBpfProxies(Buffer.concat([decode(nested), thread])).map(({ pid, tid }) => [pid, tid]),
    [
      [30702, 30702],
      [30702, 30703],
    ],
  );
});

test('A descriptor of a socket names what has the reference, who else has the file, and the other end.', () => {
  const [first, second] = parseBpfReferences(decode(socket, otherEnd));
  assert.deepEqual(first, {
    id: 706588n,
    kind: 'socket',
    object: 0xffff_8881_04ef_8d80n,
    file: 0xffff_8881_49b8_0a80n,
    table: 0xffff_8882_8779_4b00n,
    users: 2,
    pid: 30702,
    fd: 3,
    peer: 0xffff_8881_04ef_9680n,
    keepers: 1,
  });
  assert.deepEqual([second?.object, second?.peer, second?.fd], [first?.peer, first?.object, 4]);
});

test('An open file of procfs is itself what has the reference; of nsfs that is the inode.', () => {
  const [proc, inode] = parseBpfReferences(decode(mountinfo, nsfs));
  assert.deepEqual([proc?.kind, proc?.object === proc?.file, proc?.peer, proc?.keepers], ['proc-file', true, 0n, 0]);
  assert.deepEqual([inode?.kind, inode?.id, inode?.fd, inode?.object === inode?.file], ['inode', 3n, 18, false]);
});

test('Every kind of reference has its name, and one of a newer program is left out.', () => {
  const kinds = [0, 1, 2, 3, 4, 5, 6].flatMap((kind) => {
    const bytes = decode(socket);
    bytes.writeUInt32LE(kind, 40);
    return parseBpfReferences(bytes).map((record) => [kind, record.kind]);
  });
  assert.deepEqual(kinds, [
    [1, 'inode'],
    [2, 'socket'],
    [3, 'proc-file'],
    [4, 'cgroup-file'],
    [5, 'fs-context'],
  ]);
});

test('Records that are cut are errors, and bytes that begin at an odd place in memory are read the same.', () => {
  assert.throws(() => parseBpfProxies(decode(nested).subarray(0, 79)), /not a multiple of 80/);
  assert.throws(() => parseBpfReferences(decode(socket).subarray(0, 63)), /not a multiple of 64/);
  const odd = (bytes: Buffer) => Buffer.concat([Buffer.from([0]), bytes]).subarray(1);
  assert.deepEqual(parseBpfProxies(odd(decode(nested))), parseBpfProxies(decode(nested)));
  assert.deepEqual(parseBpfReferences(odd(decode(socket))), parseBpfReferences(decode(socket)));
});
