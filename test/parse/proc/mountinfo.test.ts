import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMountinfo } from '../../../src/parse/proc/mountinfo.ts';
import { assertMalformed } from '../text/malformed-as.ts';

/** Recorded on Linux 6.18, and the example of proc_pid_mountinfo(5). */
const mountinfo = `21 26 0:20 / /proc rw,nosuid,nodev,noexec,relatime shared:12 - proc proc rw,hidepid=invisible
36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 propagate_from:3 - ext3 /dev/root rw,errors=continue
95 24 0:4 net:[4026532992] /run/netns/blue rw shared:30 - nsfs nsfs rw
96 24 0:41 / /tmp/a\\040b\\011c\\012d\\134e rw - tmpfs some\\040source rw
97 24 0:42 / /mnt/empty rw - fuse.x  rw
`;

test('The fields of a mount come from their places, however many tags stand between.', () => {
  const [proc, example, nsfs] = parseMountinfo(mountinfo);
  assert.deepEqual(proc, {
    id: 21,
    parentId: 26,
    device: '0:20',
    root: '/',
    mountPoint: '/proc',
    options: 'rw,nosuid,nodev,noexec,relatime',
    propagation: ['shared:12'],
    fsType: 'proc',
    source: 'proc',
    superOptions: 'rw,hidepid=invisible',
  });
  assert.deepEqual(example?.propagation, ['master:1', 'propagate_from:3']);
  assert.equal(example?.superOptions, 'rw,errors=continue');
  assert.equal(nsfs?.root, 'net:[4026532992]');
});

test('Spaces, tabs, line ends and backslashes in paths are escaped by the kernel and come back.', () => {
  const [, , , escaped, empty] = parseMountinfo(mountinfo);
  assert.equal(escaped?.mountPoint, '/tmp/a b\tc\nd\\e');
  assert.equal(escaped?.source, 'some source');
  assert.deepEqual(escaped?.propagation, []);
  assert.equal(empty?.source, '');
});

test('A mount point called " - " does not end the tags.', () => {
  const [mount] = parseMountinfo('96 24 0:41 / - rw - tmpfs none rw\n');
  assert.equal(mount?.mountPoint, '-');
  assert.equal(mount?.fsType, 'tmpfs');
});

test('An empty file, as a chrooted process may see, has no mounts.', () => {
  assert.deepEqual(parseMountinfo(''), []);
});

test('A line that is no mount is named with its number.', () => {
  const file = '/proc/PID/mountinfo';
  assertMalformed(() => parseMountinfo(`${mountinfo}98 24 0:43 /`), file, 6, 'a mount');
  assertMalformed(() => parseMountinfo('98 24 0:43 / /x rw tmpfs none rw'), file, 1, 'a mount');
  assertMalformed(() => parseMountinfo('98 24 0:43 / /x rw -'), file, 1, 'a mount');
  assertMalformed(() => parseMountinfo('x 24 0:43 / /x rw - tmpfs none rw'), file, 1, 'a mount');
});
