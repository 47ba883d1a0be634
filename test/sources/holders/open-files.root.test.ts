// What is in the queues of unix sockets, and what is claimed of it where not every queue is walked.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collectSnapshot } from '../../../src/collect/collect.ts';
import type { Namespace, Snapshot } from '../../../src/model/snapshot/schema.ts';
import { wantEverything } from '../../../src/model/snapshot/wanted.ts';
import { type BedNamespace, bedNeeds, makeBed } from '../../bed/bed.ts';
import { compile } from '../../fixtures/compile.ts';
import { hold } from '../../held-process.ts';
import { isLinuxSince } from '../../kernels/release.ts';
import { missing } from '../../tiers.ts';
import { takeSnapshotIn } from '../bad-conditions.ts';

const skip =
  missing({ root: true, ...bedNeeds }) ||
  (isLinuxSince(6, 1) ? false : 'no BPF programs of this kind before Linux 6.1');

function find({ namespaces }: Snapshot, made: Pick<BedNamespace, 'type' | 'inode'>): Namespace {
  const found = namespaces.find(({ type, inode }) => type === made.type && inode === made.inode);
  assert.ok(found, `${made.type}:[${made.inode}]`);
  return found;
}

async function withBed(place: string, check: (made: BedNamespace) => void): Promise<void> {
  const bed = await makeBed([place]);
  try {
    const [made] = bed.namespaces;
    assert.ok(made);
    check(made);
  } finally {
    await bed.release();
  }
}

test('What is deep in queues is held by whoever has the outermost socket open, and all queues were searched.', {
  skip,
}, async () => {
  await withBed('fd-in-nested-queue:uts', (made) => {
    const snapshot = collectSnapshot(wantEverything);
    const { pid, fd, socketInode: socket } = made.holder;
    assert.deepEqual(find(snapshot, made).holders, [{ kind: 'in-flight', pid, fd, socket }]);
    assert.deepEqual(
      snapshot.coverage.unseenHolders.filter(({ kind, why }) => kind === 'in-flight' && /queue|socket/.test(why)),
      [],
    );
  });
});

test('Since when a namespace is kept open is told where a descriptor of it is in flight, and not where a message is.', {
  skip,
}, async () => {
  await withBed('fd-in-nested-queue:net', (made) => {
    const { openSince = '' } = find(collectSnapshot(wantEverything), made);
    assert.ok(Date.parse(openSince) <= Date.now(), openSince);
  });
  for (const place of ['connection:net', 'message:net'])
    await withBed(place, (made) => {
      const { holders, openSince } = find(collectSnapshot(wantEverything), made);
      assert.deepEqual([holders.map(({ kind }) => kind), openSince], [['in-flight'], undefined], place);
    });
});

test('What waits in a socket that no process has open is in flight without a process.', { skip }, async () => {
  await withBed('queue-of-nobody:uts', (made) => {
    const holders = [{ kind: 'in-flight', socket: made.holder.socketInode }];
    assert.deepEqual(find(collectSnapshot(wantEverything), made).holders, holders);
  });
});

test('Where queues in queues cannot be read, descriptors in flight are not ruled out, and the socket is named.', {
  skip,
}, async () => {
  await withBed('fd-in-nested-queue:net', (made) => {
    const denied = [compile('test/fixtures/deny-programs.c'), '31,17'];
    const { coverage, namespaces } = takeSnapshotIn(denied);
    // From 6.19 on listns(2) has it.
    const found = namespaces.find(({ type, inode }) => type === 'net' && inode === made.inode);
    assert.equal(found?.holderCounts['in-flight'], undefined);
    const unseen = coverage.unseenHolders.find(({ kind }) => kind === 'in-flight');
    assert.match(unseen?.why ?? '', /^only descriptors in the queues of open sockets were read: .*EPERM/);
    assert.ok(
      coverage.reasons.some((reason) => reason.includes(`socket:[${made.holder.socketInode}]`)),
      coverage.reasons.join('\n'),
    );
  });
});

test('A message whose sender is in the namespaces of the receiver goes with it, and is not named.', {
  skip,
}, async () => {
  const held = await hold(compile('test/fixtures/own-message.c'), []);
  try {
    const [net, pid] = held.line.split(' ').map(Number);
    assert.ok(net !== undefined && pid !== undefined);
    const snapshot = collectSnapshot(wantEverything);
    for (const made of [{ type: 'net', inode: net } as const, { type: 'pid', inode: pid } as const]) {
      const { holderCounts } = find(snapshot, made);
      assert.equal(holderCounts['in-flight'], undefined, made.type);
      assert.ok(holderCounts.process, made.type);
    }
  } finally {
    await held.end();
  }
});
