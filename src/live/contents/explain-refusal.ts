// Why the inside of a namespace cannot be watched, in a sentence.
import type { Unknown } from '../../model/snapshot/known.ts';

/** @param refused - as `attempt` gives it */
export function explainRefusal({ unknown, errno, detail }: Unknown): string {
  if (detail !== undefined) return detail;
  const reason = reasons[errno ?? ''] ?? unknown;
  return errno === undefined ? reason : `${reason} (${errno})`;
}

const reasons: Readonly<Record<string, string>> = {
  EPERM:
    'needs CAP_SYS_ADMIN in the user namespace that owns it and in that of nscope, and CAP_NET_BROADCAST for links',
  EACCES: 'needs CAP_SYS_ADMIN in the user namespace that owns it',
  EINVAL: 'this kernel has no such events',
  EMFILE: 'a limit of this user is reached: fs.fanotify.max_user_groups, or open files',
  ENOSPC: 'a limit is reached: user.max_net_namespaces, or fs.fanotify.max_user_marks',
  ENOENT: 'it has ended, or no way leads to it',
  ESRCH: 'it has ended, or no way leads to it',
  ESTALE: 'it has ended, or no way leads to it',
};
