// Which network namespace is each process in, as anybody may ask: stat(2) of /proc/PID/net/stat.
import { statSync } from 'node:fs';
import { isSyscallError } from '../addon/syscall-error.ts';

/**
 * The inode number of /proc/PID/net/stat: a directory that each network namespace has one of, and whose number is not that
 * of the namespace.
 * @returns by PID; processes that are gone, are zombies or may not be asked are absent
 * @see fs/proc/proc_net.c
 */
export function readNetDirectories(pids: Iterable<number>): ReadonlyMap<number, number> {
  const inodes = new Map<number, number>();
  for (const pid of pids) {
    try {
      const found = statSync(`/proc/${pid}/net/stat`, { throwIfNoEntry: false });
      if (found) inodes.set(pid, found.ino);
    } catch (error) {
      if (!isSyscallError(error)) throw error;
    }
  }
  return inodes;
}
