import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareMounts } from '../../../src/analysis/mounts/compare-mounts.ts';
import {
  describePropagation,
  findOrigin,
  judgeReadOnly,
  listGroup,
} from '../../../src/analysis/mounts/describe-mount.ts';
import { MountTables } from '../../../src/analysis/mounts/mount-tables.ts';
import { listLayers, translatePath } from '../../../src/analysis/mounts/translate-path.ts';
import { MountLayout } from '../../../src/model/derived/mount-layout.ts';
import type { Mount } from '../../../src/model/snapshot/schema.ts';

let next = 100;

/** A mount on another, with what a case is about. */
function mountOn(parent: number, mountPoint: string, more: Partial<Mount> = {}): Mount {
  const oldId = more.oldId ?? next++;
  return {
    oldId,
    oldParent: parent,
    device: `0:${oldId}`,
    root: '/',
    mountPoint,
    fsType: 'tmpfs',
    source: 'tmpfs',
    options: ['rw'],
    superOptions: ['rw'],
    unbindable: false,
    locked: { unknown: 'unsupported' },
    ...more,
  };
}

const root = mountOn(1, '/', { oldId: 10, device: '8:1', fsType: 'ext4', source: '/dev/sda1' });

test('A mount on a mount covers it with all that lies on it, and a mount on a directory above covers those below.', () => {
  const one = mountOn(10, '/a', { oldId: 20 });
  const deep = mountOn(20, '/a/deep', { oldId: 21 });
  const two = mountOn(20, '/a', { oldId: 22 });
  const below = mountOn(10, '/b/c/d', { oldId: 30 });
  const bar = mountOn(10, '/b', { oldId: 31 });
  const sibling = mountOn(10, '/bc', { oldId: 32 });
  const layout = new MountLayout([root, one, deep, two, below, bar, sibling]);
  const covers = [root, one, deep, two, below, bar, sibling].map((mount) => layout.coveredBy(mount)?.oldId);
  assert.deepEqual(covers, [undefined, 22, 22, undefined, 31, undefined, undefined]);
  assert.deepEqual([layout.countHidden(two), layout.countHidden(bar), layout.countHidden(one)], [2, 1, 0]);
  assert.equal(layout.resolve('/a/deep/x')?.mount, two);
  assert.equal(layout.resolve('/a/deep/x')?.below, '/deep/x');
  assert.equal(layout.resolve('/b/c/d')?.mount, bar);
  assert.equal(layout.resolve('/bc')?.mount, sibling);
  assert.equal(layout.resolve('/bcd')?.mount, root);
  assert.equal(layout.resolve('/')?.mount, root);
});

test('A root that lies over another covers all of it, and paths lead into the upper one.', () => {
  const proc = mountOn(10, '/proc', { oldId: 40 });
  const upper = mountOn(10, '/', { oldId: 41 });
  const inner = mountOn(41, '/proc', { oldId: 42 });
  const layout = new MountLayout([root, proc, upper, inner]);
  assert.deepEqual(
    [root, proc, upper, inner].map((mount) => layout.coveredBy(mount)?.oldId),
    [41, 41, undefined, undefined],
  );
  assert.equal(layout.resolve('/proc/1')?.mount, inner);
});

test('Mounts that say they lie on one another in a ring neither hang nor throw.', () => {
  const ring = [mountOn(51, '/r', { oldId: 50 }), mountOn(50, '/r', { oldId: 51 }), mountOn(51, '/', { oldId: 52 })];
  const layout = new MountLayout(ring);
  assert.equal(ring.map((mount) => layout.coveredBy(mount)).length, 3);
  assert.ok(layout.resolve('/r/x'));
  assert.equal(new MountLayout([]).resolve('/x'), undefined);
});

test('A file has the paths of all binds that show it; outside of them, covered and not mounted are told apart.', () => {
  const volume = mountOn(10, '/srv', { oldId: 60, device: '8:2' });
  const host = new MountLayout([root, volume]);
  const bind = mountOn(10, '/data', { oldId: 61, device: '8:2', root: '/db' });
  const again = mountOn(10, '/long/data', { oldId: 62, device: '8:2', root: '/db' });
  const other = mountOn(1, '/', { oldId: 10, device: '0:99', fsType: 'overlay' });
  const container = new MountLayout([other, bind, again]);
  const there = translatePath('/srv/db/x', host, container);
  assert.deepEqual(
    there?.paths.map(({ path }) => path),
    ['/data/x', '/long/data/x'],
  );
  assert.deepEqual(translatePath('/data', container, host)?.paths[0]?.path, '/srv/db');
  const outside = translatePath('/srv/else', host, container);
  assert.deepEqual([outside?.paths.length, outside?.covered.length, outside?.outside.length], [0, 0, 2]);
  assert.deepEqual(outside?.place, { device: '8:2', path: '/else' });
  const gone = translatePath('/etc/passwd', host, container);
  assert.deepEqual([gone?.paths, gone?.covered, gone?.outside], [[], [], []]);
  const over = mountOn(61, '/data', { oldId: 63 });
  const covered = translatePath('/srv/db/x', host, new MountLayout([other, bind, over]));
  assert.deepEqual(
    covered?.covered.map(({ path, coveredBy }) => [path, coveredBy?.oldId]),
    [['/data/x', 63]],
  );
  // A neighbour whose name only begins alike is another file.
  assert.deepEqual(translatePath('/srv/dbx', host, container)?.paths, []);
});

test('Of two mount namespaces what one alone has is told with where the other has it, and what differs.', () => {
  const a = [root, mountOn(10, '/gone', { device: '8:3', root: '/v' }), mountOn(10, '/sys', { device: '0:20' })];
  const b = [
    { ...root, oldId: 210 },
    mountOn(210, '/here', { device: '8:3', root: '/v' }),
    mountOn(210, '/sys', { device: '0:20', options: ['ro'], oldId: 220 }),
    mountOn(220, '/sys', { device: '0:21' }),
  ];
  const found = compareMounts(new MountLayout(a), new MountLayout(b));
  assert.deepEqual(
    found.map((one) => [one.kind, one.mount.mountPoint]),
    [
      ['only-a', '/gone'],
      ['only-b', '/here'],
      ['differs', '/sys'],
      ['only-b', '/sys'],
    ],
  );
  const [gone, , sys] = found;
  assert.ok(gone?.kind === 'only-a' && sys?.kind === 'differs');
  assert.deepEqual(
    gone.elsewhere.map(({ mountPoint }) => mountPoint),
    ['/here'],
  );
  assert.deepEqual(sys.words, ['options rw → ro', 'covered in B']);
  assert.deepEqual(compareMounts(new MountLayout(a), new MountLayout(a)), []);
});

test('Propagation, read-only and layers are told in words, and a group names the mount namespaces of its mounts.', () => {
  assert.equal(describePropagation(root), 'private');
  assert.equal(describePropagation({ ...root, peerGroup: 5, master: 2, propagateFrom: 1 }), 'slave:2 from:1 shared:5');
  assert.equal(describePropagation({ ...root, unbindable: true }), 'unbindable');
  assert.equal(judgeReadOnly({ ...root, options: ['ro'] }), 'mount');
  assert.equal(judgeReadOnly({ ...root, superOptions: ['ro'] }), 'file-system');
  const layers = { ...root, fsType: 'overlay', superOptions: ['rw', 'lowerdir=/l', 'upperdir=/u', 'workdir=/w'] };
  assert.deepEqual(listLayers(layers), ['lowerdir=/l', 'upperdir=/u']);
  const shared = { ...root, peerGroup: 7 };
  const twin = { ...shared, oldId: 11 };
  const tables = new MountTables([
    { inode: 1, via: 'mountinfo', mounts: [shared, twin] },
    { inode: 2, via: 'statmount', mounts: [{ ...shared, oldId: 12 }] },
    { inode: 3, via: 'none', mounts: { unknown: 'denied', errno: 'EPERM' } },
  ]);
  assert.deepEqual(listGroup(tables, 7, shared, 1), [1, 2]);
  assert.equal(tables.layout(3), undefined);
});

test('The origin of a bind mount is the path of the same directory on the host; of the host’s own that of what it shows.', () => {
  const bind = mountOn(10, '/b', { device: '8:1', root: '/etc', oldId: 70 });
  const host = new MountLayout([root, bind]);
  assert.equal(findOrigin(bind, host, host), '/etc');
  assert.equal(findOrigin(root, host, host), undefined);
  const inside = mountOn(1, '/config', { device: '8:1', root: '/etc' });
  assert.equal(findOrigin(inside, new MountLayout([inside]), host), '/b');
  assert.equal(findOrigin(inside, new MountLayout([inside]), undefined), undefined);
});

test('What is asked of a table with many mounts does not cost time that grows with their square.', () => {
  const measure = (count: number): number => {
    const many = Array.from({ length: count }, (_, i) =>
      mountOn(10, `/m/${i}`, { oldId: 1000 + i, device: '8:1', root: i % 2 ? '/same' : `/d/${i}` }),
    );
    const before = process.cpuUsage();
    const layout = new MountLayout([root, ...many]);
    assert.equal(many.filter((mount) => layout.coveredBy(mount)).length, 0);
    assert.equal(many.filter((mount) => findOrigin(mount, layout, layout) !== undefined).length, count);
    assert.deepEqual(compareMounts(layout, new MountLayout([root, ...many])), []);
    assert.equal(translatePath('/d/4/x', layout, layout)?.paths.length, 2);
    return process.cpuUsage(before).user;
  };
  measure(5000);
  // Four times as many: sixteen times the time, did it grow with the square.
  const [few, many] = [measure(10_000), measure(40_000)];
  assert.ok(many / few < 11, `${few} and ${many} microseconds`);
});

test('A directory that was deleted has no path but below its own mounts.', () => {
  const bind = mountOn(10, '/bind', { device: '8:1', root: '/dir//deleted' });
  const layout = new MountLayout([root, bind]);
  const found = translatePath('/bind/file', layout, layout);
  assert.deepEqual(
    found?.paths.map(({ path }) => path),
    ['/bind/file'],
  );
  assert.equal(found?.place.path, '/dir//deleted/file');
  assert.deepEqual(translatePath('/bind/file', layout, new MountLayout([root]))?.paths, []);
});
