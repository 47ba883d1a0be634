// Which mounts of proc and sysfs are seen, and what covers them: by the mountinfo of a container of Docker.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findSeenMounts } from '../../../src/kernel/refusals/seen-mounts.ts';
import { parseMountinfo } from '../../../src/parse/proc/mountinfo.ts';

const docker = `600 500 0:50 / / rw,relatime - overlay overlay rw
601 600 0:52 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw
602 600 0:53 / /dev rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755
605 600 0:57 / /sys ro,nosuid,nodev,noexec,relatime - sysfs sysfs ro
606 605 0:30 / /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw
612 601 0:52 /bus /proc/bus ro,nosuid,nodev,noexec,relatime - proc proc rw
613 601 0:58 / /proc/acpi ro,relatime - tmpfs tmpfs ro
614 601 0:53 /null /proc/kcore rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755
615 601 0:59 / /proc/sys/fs/binfmt_misc rw,relatime - binfmt_misc binfmt_misc rw
`;

test('What Docker covers in /proc is found, without the directory that the kernel keeps empty for a mount.', () => {
  assert.deepEqual(findSeenMounts(parseMountinfo(docker)), [
    {
      ...{ fsType: 'proc', point: '/proc', whole: true, readOnly: false, atime: ['relatime'] },
      covers: ['/proc/bus', '/proc/acpi', '/proc/kcore'],
    },
    { fsType: 'sysfs', point: '/sys', whole: true, readOnly: true, atime: ['relatime'], covers: [] },
    { fsType: 'proc', point: '/proc/bus', whole: false, readOnly: true, atime: ['relatime'], covers: [] },
  ]);
});
