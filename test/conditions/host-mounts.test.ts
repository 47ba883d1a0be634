import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HostMounts } from '../../src/conditions/host-mounts.ts';
import { MountLayout } from '../../src/model/derived/mount-layout.ts';
import { readMountLines } from './mount-lines.ts';

const host = new HostMounts(
  new MountLayout(
    readMountLines(`21 1 254:0 / / rw - ext4 /dev/vda rw
22 21 254:16 / /var rw - ext4 /dev/vdb rw
23 21 0:30 /@home /home rw - btrfs /dev/vdc rw
24 23 254:0 /etc /home/copy/etc rw - ext4 /dev/vda rw
25 21 0:31 / /run rw - tmpfs tmpfs rw
26 22 0:32 / /var/lib/a rw - tmpfs tmpfs rw
27 21 254:32 / /mnt rw - ext4 /dev/vdd rw
28 27 0:33 / /mnt rw - tmpfs tmpfs rw
`),
  ),
);

/** What a mount of another mount namespace shows is by which path of the host. */
function pathOf(device: string, root: string): string | null {
  const [line] = readMountLines(`90 80 ${device} ${root} /x rw - ext4 /dev/vda rw\n`);
  assert.ok(line);
  return host.findPath(line);
}

test('What a mount shows is told by the path of the host, not by that in the tree of the file system.', () => {
  assert.equal(pathOf('254:0', '/'), '/');
  assert.equal(pathOf('254:0', '/etc/ssh'), '/etc/ssh');
  assert.equal(pathOf('254:16', '/'), '/var');
  assert.equal(pathOf('254:16', '/lib/docker'), '/var/lib/docker');
  assert.equal(pathOf('0:30', '/@home'), '/home');
  assert.equal(pathOf('0:30', '/@home/alice'), '/home/alice');
});

test('Of several paths of the host it is that of the mount that was made first.', () => {
  assert.equal(pathOf('254:0', '/etc'), '/etc');
});

test('There is no path of the host where it has another part mounted, or another mount covers this one.', () => {
  assert.equal(pathOf('0:30', '/'), null);
  assert.equal(pathOf('0:30', '/@homes'), null);
  assert.equal(pathOf('254:0', '/run/user'), null);
  assert.equal(pathOf('254:0', '/run'), null);
  assert.equal(pathOf('254:0', '/running'), '/running');
  assert.equal(pathOf('254:16', '/lib/a/b'), null);
  assert.equal(pathOf('254:32', '/'), null);
});
