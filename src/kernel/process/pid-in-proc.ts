// The number that a process has in /proc, which is another one where /proc belongs to a pid namespace above nscope's.
import { isKnown } from '../../model/snapshot/known.ts';
import { parseNestedPids } from '../../parse/proc/status.ts';
import { attempt, closeDescriptor, readTextFile } from '../files/files.ts';
import { pidfdOpen } from '../net/sockets.ts';

/**
 * @param pid - of a process, in nscope's pid namespace
 * @returns its number in /proc; undefined where /proc does not show it, or the process is gone
 * @see proc_pid_fdinfo(5): Pid of a pidfd is that in the pid namespace of the procfs
 */
export function findPidInProc(pid: number): number | undefined {
  const pidfd = attempt(() => pidfdOpen(pid));
  if (!isKnown(pidfd)) return pidfd.errno === 'ENOSYS' && isProcOurs() ? pid : undefined;
  const text = readTextFile(`/proc/self/fdinfo/${pidfd}`);
  closeDescriptor(pidfd);
  const found = isKnown(text) ? /^Pid:\s+([1-9]\d*)$/m.exec(text)?.[1] : undefined;
  return found === undefined ? undefined : Number(found);
}

/** Whether /proc is that of nscope's own pid namespace: then its numbers are those of system calls. */
export function isProcOurs(): boolean {
  const status = readTextFile('/proc/self/status');
  const pids = isKnown(status) ? parseNestedPids(status) : undefined;
  return pids?.length === 1 && pids[0] === process.pid;
}
