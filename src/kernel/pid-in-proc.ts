// The number that a process has in /proc, which is another one where /proc belongs to a pid namespace above nscope's.
import { isKnown } from '../model/known.ts';
import { attempt, closeDescriptor, readTextFile } from './files.ts';
import { pidfdOpen } from './sockets.ts';

/**
 * @param pid - of a process, in nscope's pid namespace
 * @returns its number in /proc; the same number where the kernel does not tell (before Linux 5.3)
 * @see proc_pid_fdinfo(5): Pid of a pidfd is that in the pid namespace of the procfs
 */
export function findPidInProc(pid: number): number {
  const pidfd = attempt(() => pidfdOpen(pid));
  if (!isKnown(pidfd)) return pid;
  const text = readTextFile(`/proc/self/fdinfo/${pidfd}`);
  closeDescriptor(pidfd);
  const found = isKnown(text) ? /^Pid:\s+([1-9]\d*)$/m.exec(text)?.[1] : undefined;
  return found === undefined ? pid : Number(found);
}
