import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeReach, reachesOther } from '../../../src/analysis/release/mount-reach.ts';
import type { MountPlace } from '../../../src/model/evidence/release-evidence.ts';

function place(oldId: number, oldParentId: number, path: string, more: Partial<MountPlace> = {}): MountPlace {
  return { fsType: 'tmpfs', device: '0:1', root: '/', path, oldId, oldParentId, peerGroup: 0, master: 0, ...more };
}

/** The first of the mounts is its own parent, as at the root of a mount namespace. */
const rootfs = place(1, 1, '/');
const root = place(2, 1, '/');
const run = place(3, 2, '/run');

test('The mount on the root, and what lies on the directories above, does not cover what is below it.', () => {
  const net = place(4, 3, '/run/netns/blue');
  const all = [rootfs, root, run, net, place(5, 3, '/run/netns/red'), place(6, 2, '/ru'), place(7, 3, '/run/net')];
  assert.deepEqual(judgeReach(net, all), { coveredBy: undefined, below: [] });
});

test('A mount is covered by one on it, on a directory above, on a mount above, and on the root.', () => {
  const net = place(4, 3, '/run/netns/blue');
  for (const cover of [
    place(5, 4, '/run/netns/blue'),
    place(5, 3, '/run/netns'),
    place(5, 3, '/run'),
    place(5, 2, '/'),
  ])
    assert.equal(judgeReach(net, [rootfs, root, run, net, cover]).coveredBy, cover, cover.path);
});

test('What is mounted below keeps a mount busy, and is not what covers it.', () => {
  const below = place(5, 3, '/run/user');
  assert.deepEqual(judgeReach(run, [rootfs, root, run, below]), { coveredBy: undefined, below: [below] });
});

test('Mounts whose ids make a ring end the search.', () => {
  const [a, b] = [place(4, 5, '/a/b'), place(5, 4, '/a')];
  assert.equal(judgeReach(a, [a, b]).coveredBy, undefined);
});

test('An unmount reaches where the directory around is shared with, and no further.', () => {
  const net = (oldParentId: number) => place(9, oldParentId, '/run/netns/blue', { root: 'net:[5]', device: '0:4' });
  const around = (more: Partial<MountPlace>) => [place(3, 2, '/run', more), net(3)];
  const mount = net(3);
  assert.ok(reachesOther(mount, around({ peerGroup: 7 }), around({ peerGroup: 7 })));
  assert.ok(reachesOther(mount, around({ peerGroup: 7 }), around({ master: 7 })));
  assert.ok(!reachesOther(mount, around({ peerGroup: 7 }), around({ peerGroup: 8, master: 9 })));
  assert.ok(!reachesOther(mount, around({ master: 7 }), around({ peerGroup: 7 })), 'a slave tells its master nothing');
  assert.ok(!reachesOther(mount, around({ peerGroup: 7 }), [place(3, 2, '/run', { peerGroup: 7 })]));
});
