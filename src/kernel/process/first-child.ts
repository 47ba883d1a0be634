// Whether a process was ever born in a pid namespace that has no init. By the link for children of a task:
// proc_pid_ns(5).
import { release } from 'node:os';
import { isKernelSince } from '../../model/names/kernel-release.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { readLink } from '../files/files.ts';

/**
 * Up to Linux 7.0 the link cannot be read before the first child, and can be after its end; from 7.1 on it always can.
 * @param tids - of tasks whose children will be born in it
 * @returns undefined where it cannot be told
 */
export function readFirstChild(
  tids: readonly number[],
  inode: number,
  kernel = release(),
): 'awaited' | 'ended' | undefined {
  for (const tid of tids) {
    const link = readLink(`/proc/${tid}/ns/pid_for_children`);
    const here = readLink(`/proc/${tid}/ns/pid`);
    if (!isKnown(here)) continue;
    if (!isKnown(link) && link.errno === 'ENOENT') return 'awaited';
    if (link === `pid:[${inode}]`) return isKernelSince(kernel, 7, 1) ? undefined : 'ended';
  }
  return undefined;
}
