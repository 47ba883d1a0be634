import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeMounts } from '../../src/conditions/describe-mounts.ts';
import { HostMounts } from '../../src/conditions/host-mounts.ts';
import { MountLayout } from '../../src/model/derived/mount-layout.ts';
import { readMountLines } from './mount-lines.ts';

const host = readMountLines(`21 1 254:0 / / rw shared:1 - ext4 /dev/vda rw
22 21 0:20 / /proc rw shared:2 - proc proc rw
23 21 0:21 / /run rw shared:3 - tmpfs tmpfs rw
24 23 0:4 net:[4026532200] /run/netns/blue rw shared:4 - nsfs nsfs rw
`);

const container = readMountLines(`50 40 0:60 / / rw - overlay overlay rw
51 50 0:61 / /proc rw - proc proc rw
52 51 0:61 /sys /proc/sys ro - proc proc rw
53 51 0:62 / /proc/kcore rw - tmpfs tmpfs rw
54 50 0:21 /docker.sock /run/docker.sock rw master:3 - tmpfs tmpfs rw
55 50 254:0 /srv/data /data ro - ext4 /dev/vda rw
56 50 0:63 / /sys rw - sysfs sysfs ro
57 50 0:64 / /mnt rw - proc proc rw
58 57 0:65 / /mnt rw - tmpfs tmpfs rw
59 50 0:66 / /a/proc rw - proc proc rw
60 50 0:67 / /a rw unbindable - tmpfs tmpfs rw
61 60 0:4 mnt:[4026532300] /a/n\\040s rw - nsfs nsfs rw
62 50 0:68 / /b rw shared:9 - tmpfs tmpfs rw
`);

function describe(all = container, isListed = false) {
  const layout = new MountLayout(all);
  return describeMounts({
    inode: 4026532400,
    pid: 77,
    layout,
    mounts: isListed ? layout.listBelowRoot() : all,
    cut: undefined,
    host: new HostMounts(new MountLayout(host)),
    procfs: new Map([['0:61', 4026532500]]),
  });
}

test('Of a container it is told what procfs shows and what covers it, and what is hidden by another mount is left out.', () => {
  const { proc, sys, count, hostRoot, cut } = describe();
  assert.deepEqual(proc, [
    { path: '/proc', pidNamespace: 4026532500, readOnly: false, covered: ['/proc/sys', '/proc/kcore'] },
  ]);
  assert.deepEqual(sys, [{ path: '/sys', readOnly: true }]);
  assert.deepEqual([count, hostRoot, cut], [13, false, undefined]);
});

test('Directories of the host are those of file systems that it has mounted, with what they are there.', () => {
  assert.deepEqual(describe().hostDirectories, [
    { path: '/run/docker.sock', source: '/docker.sock', hostPath: '/run/docker.sock', device: '0:21', readOnly: false },
    { path: '/data', source: '/srv/data', hostPath: '/srv/data', device: '254:0', readOnly: true },
  ]);
});

test('A pin is told with the file that it covers, and whether a recursive bind leaves it out.', () => {
  const on = { device: '0:67', source: '/n s' };
  assert.deepEqual(describe().pins, [
    { path: '/a/n s', type: 'mnt', inode: 4026532300, propagates: false, unbindable: true, on },
  ]);
  assert.deepEqual(describe(host).pins, [
    {
      path: '/run/netns/blue',
      type: 'net',
      inode: 4026532200,
      propagates: true,
      unbindable: false,
      on: { device: '0:21', source: '/netns/blue' },
    },
  ]);
});

test('Peer groups and masters are told by their numbers.', () => {
  const { shared, receives } = describe();
  assert.deepEqual(shared, [{ path: '/b', peerGroup: 9, with: [] }]);
  assert.deepEqual(receives, [{ path: '/run/docker.sock', peerGroup: 3, from: [] }]);
});

test('A copy of the host has its root.', () => assert.equal(describe(host).hostRoot, true));

test('What lies below the root as the kernel lists it, and not on it, is no part of the view.', () => {
  const left = readMountLines(`10 1 254:0 / / rw shared:1 - ext4 /dev/vda rw
11 10 0:20 / /proc rw shared:2 - proc proc rw
12 10 254:0 /var/machine / rw - ext4 /dev/vda rw
13 12 0:21 / /run rw shared:3 - tmpfs tmpfs rw
`);
  const { count, shared, proc, hostRoot } = describe(left, true);
  assert.deepEqual([count, shared.map(({ path }) => path), proc, hostRoot], [2, ['/run'], [], false]);
});

test('A list of more than 200 is cut, and that is said.', () => {
  const text = Array.from({ length: 201 }, (_, i) => `${i + 100} 21 0:9 / /m${i} rw shared:${i + 5} - tmpfs t rw\n`);
  const view = describe([...host, ...readMountLines(text.join(''))]);
  assert.equal(view.shared.length, 200);
  assert.equal(view.count, 205);
  assert.equal(view.cut, 'there are more than 200 mounts of a kind');
});
