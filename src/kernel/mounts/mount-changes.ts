// Tells that mounts of this mount namespace or names in /run/netns may have changed: poll(2) on /proc/self/mountinfo,
// inotify(7) on the directory of ip netns.
import { closeSync, openSync, watch } from 'node:fs';
import { isKnown, type Known, unknownFromErrno } from '../../model/snapshot/known.ts';
import { netnsDirectory } from '../../model/snapshot/namespace-types.ts';
import { loadAddon } from '../addon/addon.ts';
import { isSyscallError } from '../addon/syscall-error.ts';
import { attempt, readLink } from '../files/files.ts';
import { awaitReadiness, exceptional } from '../own/readiness.ts';

/**
 * @param changed - called after a change; more often than there are changes of namespaces
 * @returns how to stop, and what will not be told
 */
export function watchMounts(changed: () => void): { stop(): void; readonly cannotSee: readonly string[] } {
  const stops = [watchNames(changed)];
  const cannotSee: string[] = [];
  const found = loadAddon();
  if ('missing' in found) cannotSee.push(`mounts are compared only (${found.missing})`);
  else {
    const fd = openSync('/proc/self/mountinfo', 'r');
    const stop = awaitReadiness(found.addon, [{ fd, events: exceptional, ready: changed }]);
    stops.push(() => {
      stop();
      closeSync(fd);
    });
  }
  return {
    cannotSee,
    // A number that was closed once may be another file's by the second time.
    stop: () => {
      for (const stop of stops.splice(0)) stop();
    },
  };
}

/** The directory may come later: a change of mounts then tells, since ip netns makes it a mount point. */
function watchNames(changed: () => void): () => void {
  try {
    const watcher = watch(netnsDirectory, { persistent: false }, changed);
    watcher.on('error', () => watcher.close());
    return () => watcher.close();
  } catch (error) {
    if (isSyscallError(error)) return () => {};
    throw error;
  }
}

/**
 * Opens the mountinfo of a process, by which poll(2) reports that something has changed in its mount namespace. While it is
 * open the mount namespace does not end.
 * @param inode - of the mount namespace
 * @returns a descriptor, which the caller closes; why not where the process has ended, or is elsewhere: ESRCH
 * @see proc_pid_mountinfo(5)
 */
export function openMountinfo(pid: number, inode: number): Known<number> {
  const fd = attempt(() => openSync(`/proc/${pid}/mountinfo`, 'r'));
  if (!isKnown(fd)) return fd;
  const link = readLink(`/proc/${pid}/ns/mnt`);
  if (link === `mnt:[${inode}]`) return fd;
  closeSync(fd);
  return isKnown(link) ? unknownFromErrno('ESRCH') : link;
}
