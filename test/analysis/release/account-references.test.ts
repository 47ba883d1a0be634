import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountReferences } from '../../../src/analysis/release/account-references.ts';
import type { ReferenceSighting, ReferringFile } from '../../../src/model/evidence/references.ts';

const task = { proxy: 1n, users: 1, pid: 7, tid: 7, ids: [5n] };
const socket: ReferringFile = {
  id: 5n,
  kind: 'socket',
  object: 2n,
  file: 3n,
  users: 1,
  table: 4n,
  fd: 3,
  pid: 7,
  peer: 0n,
  keepers: 0,
};
const seen: ReferenceSighting = { tasks: [task], files: [socket], mounts: new Map() };
const listed = { pids: new Set([7]), bindMounts: 0, watches: 0 };

function judge(references: number, before = seen, after = seen, holders = listed) {
  const counted = new Map([[5n, { type: 'net', references, inodeUsers: 0 } as const]]);
  return accountReferences({ before, counted, after }, 5n, holders);
}

test('An end is promised where as many references were seen as the kernel counts, and where fewer were, how many.', () => {
  const explained = { 'task-namespaces': 1, socket: 1 };
  assert.deepEqual(judge(2), { verdict: 'whole', counted: 2, explained, unnamed: 0, unseenUsers: 0 });
  assert.deepEqual(judge(5), { verdict: 'short', counted: 5, explained, unnamed: 3, unseenUsers: 0 });
});

test('Nothing is claimed where more was seen than is counted, or something changed, or is not listed, or is watched.', () => {
  assert.equal(judge(1)?.verdict, 'changed');
  assert.equal(judge(2, { ...seen, tasks: [] })?.verdict, 'changed');
  assert.equal(judge(2, seen, { ...seen, files: [] })?.verdict, 'changed');
  assert.equal(judge(2, seen, seen, { ...listed, pids: new Set() })?.verdict, 'changed');
  assert.equal(judge(2, seen, seen, { ...listed, watches: 1 })?.verdict, 'watched');
});

test('What has a reference and is kept by more than was seen proves nothing.', () => {
  for (const [tasks, files] of [
    [[{ ...task, users: 2 }], [socket]],
    [[task], [{ ...socket, users: 2 }]],
    [[task], [{ ...socket, keepers: 1 }]],
  ] as const) {
    const sighting = { ...seen, tasks, files };
    const account = judge(2, sighting, sighting);
    assert.deepEqual([account?.verdict, account?.unnamed, account?.unseenUsers], ['short', 0, 1]);
  }
});

test('Two unix sockets that are peers keep one another, which is seen.', () => {
  const other = { ...socket, object: 8n, file: 9n, fd: 4, peer: 2n, keepers: 1 };
  const pair = { ...seen, files: [{ ...socket, peer: 8n, keepers: 1 }, other] };
  assert.equal(judge(3, pair, pair)?.verdict, 'whole');
});
