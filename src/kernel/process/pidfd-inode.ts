// The inode number of a pidfd, which tells a process from every other one until the next boot: pidfs, since Linux 6.9.
import { fstatSync, statfsSync } from 'node:fs';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import { loadAddon } from '../addon/addon.ts';
import { attempt, closeDescriptor } from '../files/files.ts';
import { pidfdOpen } from '../net/sockets.ts';

/** include/uapi/linux/magic.h PID_FS_MAGIC. Before, all pidfds were one anonymous inode. */
const pidfsMagic = 0x50494446;

/**
 * As getino(1) prints it, in decimal.
 * @returns `gone` where there is no such process; `unsupported` before Linux 6.9 and without the addon
 * @see pidfd_open(2)
 */
export function readPidfdInode(pid: number): Known<string> {
  const result = loadAddon();
  if ('missing' in result) return { unknown: 'unsupported', detail: result.missing };
  const fd = attempt(() => pidfdOpen(pid));
  if (!isKnown(fd)) return fd;
  try {
    if (statfsSync(`/proc/self/fd/${fd}`).type !== pidfsMagic)
      return { unknown: 'unsupported', detail: 'before Linux 6.9 pidfds have no inode number of their own' };
    return String(fstatSync(fd, { bigint: true }).ino);
  } finally {
    closeDescriptor(fd);
  }
}
