// The settings that decide who may make namespaces: /proc/sys/user, /proc/sys/kernel, and the security modules that run.
import type { RefusalSettings } from '../../model/evidence/refusal-evidence.ts';
import { isKnown, type Known, type Unknown } from '../../model/snapshot/known.ts';
import { type NamespaceType, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import { readIdentity, readTextFile } from '../files/files.ts';

const notNumber: Unknown = Object.freeze({ unknown: 'unsupported', detail: 'it is not a number' });

export function readRefusalSettings(): RefusalSettings {
  const own = readIdentity('/proc/self/ns/user');
  const limits = Object.fromEntries(
    namespaceTypes.map((type) => [type, readNumber(`/proc/sys/user/max_${type}_namespaces`)]),
  ) as Record<NamespaceType, Known<number>>;
  const list = readTextFile('/sys/kernel/security/lsm');
  const apparmor = readTextFile('/sys/module/apparmor/parameters/enabled');
  const enforce = readNumber('/sys/fs/selinux/enforce');
  return {
    limits,
    present: namespaceTypes.filter((type) => isKnown(readIdentity(`/proc/self/ns/${type}`))),
    userNamespace: isKnown(own) ? own.inode : own,
    usernsClone: readNumber('/proc/sys/kernel/unprivileged_userns_clone'),
    apparmorRestrict: readNumber('/proc/sys/kernel/apparmor_restrict_unprivileged_userns'),
    apparmor: isKnown(apparmor) && apparmor.trim() === 'Y',
    selinux: isKnown(enforce) ? (enforce === 1 ? 'enforcing' : 'permissive') : 'off',
    modules: isKnown(list) ? list.trim().split(',') : list,
    maxMounts: readNumber('/proc/sys/fs/mount-max'),
    ptraceScope: readNumber('/proc/sys/kernel/yama/ptrace_scope'),
  };
}

function readNumber(path: string): Known<number> {
  const text = readTextFile(path);
  if (!isKnown(text)) return text;
  return /^-?\d+$/.test(text.trim()) ? Number(text.trim()) : notNumber;
}
