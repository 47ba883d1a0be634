// The gates in the order in which the kernel comes to them.
import { apparmor } from './apparmor.ts';
import { capability } from './capability.ts';
import { chroot } from './chroot.ts';
import { depth } from './depth.ts';
import type { Gate } from './gate.ts';
import { idMap } from './id-map.ts';
import { limit } from './limit.ts';
import { lockedMount } from './locked-mount.ts';
import { mapRules } from './map-rules.ts';
import { masked } from './masked.ts';
import { missingType } from './missing-type.ts';
import { mountLimit } from './mount-limit.ts';
import { noNewPrivs } from './no-new-privs.ts';
import { observer } from './observer.ts';
import { seccomp } from './seccomp.ts';
import { securityModule } from './security-module.ts';
import { selinux } from './selinux.ts';
import { setgroups } from './setgroups.ts';
import { setnsRules } from './setns-rules.ts';
import { tasks } from './tasks.ts';
import { threads } from './threads.ts';
import { usernsClone } from './userns-clone.ts';

/**
 * A filter answers at the entry of the call; then come the flags, the settings, limits, the checks of user namespaces in
 * the order of create_user_ns(), security modules, and what is particular to other calls.
 */
export const gates: readonly Gate[] = [
  seccomp,
  missingType,
  threads,
  usernsClone,
  depth,
  limit,
  mountLimit,
  tasks,
  chroot,
  idMap,
  apparmor,
  selinux,
  securityModule,
  capability,
  setnsRules,
  setgroups,
  mapRules,
  masked,
  lockedMount,
  noNewPrivs,
  observer,
];
