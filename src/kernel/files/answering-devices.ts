// Which file systems answer at once: those of the kernel's own, in memory or on a local disk. Any other may be served by a
// process or a host that never answers. Known from mountinfo, which asks none of them: proc_pid_mountinfo(5).

import { readFileSync } from 'node:fs';
import { type MountLine, parseMountinfo } from '../../parse/proc/mountinfo.ts';
import { readClockMs } from './clock.ts';
import { parseDevice } from './device-numbers.ts';
import { readNsfsDevice } from './files.ts';

/** Not overlay, which may lie on any other. */
const answering = new Set(
  [
    'tmpfs ramfs devtmpfs hugetlbfs rootfs proc sysfs cgroup cgroup2 nsfs devpts mqueue securityfs debugfs tracefs bpf',
    'ext2 ext3 ext4 xfs btrfs f2fs bcachefs zfs jfs vfat exfat squashfs erofs iso9660 udf',
  ].flatMap((names) => names.split(' ')),
);

/** Numbers of devices are given out again: what was read is believed for so long. */
const believedMs = 1000;

let known: { readonly devices: Set<number>; readonly readAt: number } | undefined;

/**
 * Whether a file system is sure to answer.
 * @param device - st_dev; one that is not mounted where nscope is counts as unsure
 */
export function answersAtOnce(device: number): boolean {
  return listDevices().has(device);
}

/** One that is mounted elsewhere was seen to be the kernel's own, by statfs(2). */
export function noteAnswering(device: number): void {
  listDevices().add(device);
}

function listDevices(): Set<number> {
  const now = readClockMs();
  if (!known || now - known.readAt > believedMs) known = { devices: readDevices(), readAt: now };
  return known.devices;
}

/** The root's own counts as well, whatever it is: nscope would not have started if it did not answer. */
function readDevices(): Set<number> {
  const mounts = readOwnMounts();
  const sure = mounts.filter(({ fsType, mountPoint }) => mountPoint === '/' || answering.has(fsType));
  const devices = new Set(sure.map(({ device }) => parseDevice(device)));
  // nsfs is on no mount point where nothing is bind mounted.
  const nsfs = readNsfsDevice();
  if (nsfs !== undefined) devices.add(nsfs);
  return devices;
}

/** None where there is no /proc to read. */
function readOwnMounts(): MountLine[] {
  try {
    return parseMountinfo(readFileSync('/proc/self/mountinfo', 'latin1'));
  } catch {
    return [];
  }
}
