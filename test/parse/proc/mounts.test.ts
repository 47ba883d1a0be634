import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMounts } from '../../../src/parse/proc/mounts.ts';
import { assertMalformed } from '../text/malformed-as.ts';

test('The lines of /proc/PID/mounts are read, with blanks that stand in octal.', () => {
  assert.deepEqual(parseMounts('none /dev/cgroup/ns cgroup rw,relatime,ns 0 0\n/dev/sda1 /a\\040b ext3 rw 0 0\n'), [
    { source: 'none', mountPoint: '/dev/cgroup/ns', fsType: 'cgroup', options: ['rw', 'relatime', 'ns'] },
    { source: '/dev/sda1', mountPoint: '/a b', fsType: 'ext3', options: ['rw'] },
  ]);
  assert.deepEqual(parseMounts(''), []);
});

test('A line with too few fields is malformed.', () => {
  assertMalformed(() => parseMounts('proc /proc proc rw 0 0\nsysfs /sys\n'), '/proc/PID/mounts', 2, 'a mount');
});
