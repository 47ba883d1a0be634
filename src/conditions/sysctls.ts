// The kernel's settings that decide whether namespaces and tasks can be made: proc_sys_user(5), proc_sys_kernel(5).
import { readTextFile } from '../kernel/files/files.ts';
import { isKnown, type Known } from '../model/snapshot/known.ts';
import type { ConditionReader } from './condition.ts';

/**
 * user.* are those of the user namespace that nscope is in. The last two are patches of Debian and Ubuntu, absent elsewhere.
 */
const names = [
  ...['cgroup', 'ipc', 'mnt', 'net', 'pid', 'time', 'user', 'uts'].map((type) => `user.max_${type}_namespaces`),
  'kernel.pid_max',
  'kernel.threads-max',
  'kernel.overflowuid',
  'kernel.overflowgid',
  'kernel.unprivileged_userns_clone',
  'kernel.apparmor_restrict_unprivileged_userns',
] as const;

export const sysctls: ConditionReader<'sysctls'> = {
  name: 'sysctls',
  question: 'which settings of the kernel limit namespaces and tasks?',
  read(_snapshot, report) {
    const entries = names.map((name): [string, Known<string>] => {
      report.asked();
      const path = `/proc/sys/${name.replaceAll('.', '/')}`;
      const text = readTextFile(path);
      if (isKnown(text)) return [name, text.trim()];
      if (text.unknown === 'denied') report.refused('reading a setting', text.errno ?? 'EACCES', path);
      return [name, text];
    });
    return Object.freeze(Object.fromEntries(entries));
  },
};
