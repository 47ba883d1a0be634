// The threads that have a table of descriptors of their own: kcmp(2); unshare(2) with CLONE_FILES makes one.
import { loadAddon } from '../addon/addon.ts';
import { isSyscallError } from '../addon/syscall-error.ts';

/** include/uapi/linux/kcmp.h */
const KCMP_FILES = 2;

/**
 * Whether a thread shares its leader's table. Where that cannot be asked (no kcmp, no permission, no addon) the answer is
 * `undefined`, and the thread's own directory is to be read.
 */
export function sharesTable(pid: number, tid: number): boolean | undefined {
  const result = loadAddon();
  if ('missing' in result) return undefined;
  try {
    return result.addon.kcmp(pid, tid, KCMP_FILES) === 0;
  } catch (error) {
    if (isSyscallError(error)) return undefined;
    throw error;
  }
}
