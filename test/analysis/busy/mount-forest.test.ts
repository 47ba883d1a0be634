// How mounts of several mount namespaces lie on one another, and which an unmount takes along.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MountForest } from '../../../src/analysis/busy/mount-forest.ts';
import type { Mount, MountTable } from '../../../src/model/snapshot/schema.ts';

type Line = Pick<Mount, 'oldId' | 'oldParent' | 'mountPoint'> & Partial<Mount>;

function tableOf(inode: number, lines: readonly Line[]): MountTable {
  const mounts = lines.map((line): Mount => {
    const plain = { device: '0:50', root: '/', fsType: 'tmpfs', source: 'x', options: [], superOptions: [] };
    return { ...plain, unbindable: false, locked: false, ...line };
  });
  return { inode, via: 'mountinfo', mounts };
}

const host = tableOf(1, [
  { oldId: 20, oldParent: 1, mountPoint: '/', device: '8:1' },
  { oldId: 21, oldParent: 20, mountPoint: '/srv', peerGroup: 5, root: '/srv', device: '8:1' },
  { oldId: 22, oldParent: 21, mountPoint: '/srv/vol' },
  { oldId: 23, oldParent: 22, mountPoint: '/srv/vol/in' },
  { oldId: 24, oldParent: 22, mountPoint: '/srv/vol' },
]);
const slave = tableOf(2, [
  { oldId: 30, oldParent: 2, mountPoint: '/', device: '8:1' },
  { oldId: 31, oldParent: 30, mountPoint: '/data', master: 5, peerGroup: 6, root: '/srv', device: '8:1' },
  { oldId: 32, oldParent: 31, mountPoint: '/data/vol' },
]);
/** A peer of the slave, of another part of the directory; and a private copy. */
const others = tableOf(3, [
  { oldId: 40, oldParent: 3, mountPoint: '/', device: '8:1' },
  { oldId: 41, oldParent: 40, mountPoint: '/v', peerGroup: 6, root: '/srv/vol', device: '8:1' },
  { oldId: 42, oldParent: 41, mountPoint: '/v' },
  { oldId: 43, oldParent: 40, mountPoint: '/copy' },
]);
const forest = new MountForest([host, slave, others]);

function find(oldId: number) {
  const placed = forest.find(oldId);
  assert.ok(placed);
  return placed;
}

function idsOf(mounts: Iterable<{ readonly mount: Mount }>): number[] {
  return [...mounts].map(({ mount }) => mount.oldId);
}

test('An unmount takes along what lies on the same directory of peers, of slaves and of their peers, and no private copy.', () => {
  assert.deepEqual(idsOf(forest.followersOf(find(22))).sort(), [32, 42]);
  assert.deepEqual(idsOf(forest.followersOf(find(32))), [42], 'nothing goes up to the master');
  assert.deepEqual(forest.followersOf(find(43)), []);
});

test('What lies below comes deepest first, and the topmost mount of a path is found.', () => {
  assert.deepEqual(idsOf(forest.listBelow(find(21))), [24, 23, 22]);
  assert.deepEqual(forest.findAt(1, '/srv/vol')?.mount.oldId, 24);
  assert.deepEqual(forest.findAround(1, '/srv/vol/in/some/file')?.mount.oldId, 23);
  assert.deepEqual(forest.findAround(2, '/etc')?.mount.oldId, 30);
  assert.equal(forest.parentOf(find(20)), undefined);
});

test('Tables of different moments that form a ring end all the same.', () => {
  const ring = new MountForest([
    tableOf(1, [
      { oldId: 1, oldParent: 2, mountPoint: '/a' },
      { oldId: 2, oldParent: 1, mountPoint: '/b' },
    ]),
  ]);
  const [first] = ring.all();
  assert.ok(first);
  assert.ok(ring.depthOf(first) <= 1000);
  assert.ok(ring.listBelow(first).length <= 1001);
});
