// kernel.unprivileged_userns_clone: a setting of Debian's kernels and those made from them.
import { type Gate, isCapable, isInInitialNamespace, makesUser } from './gate.ts';

export const usernsClone: Gate = {
  name: 'userns-clone',
  source: 'kernel/fork.c of Debian: unprivileged_userns_clone',
  judge(evidence) {
    const { refused, settings } = evidence;
    if (!makesUser(evidence) || refused.errno !== 'EPERM' || settings.usernsClone !== 0) return undefined;
    // The kernel asks for it in the boot's own user namespace.
    if (isInInitialNamespace(evidence) && isCapable(evidence, 'CAP_SYS_ADMIN')) return undefined;
    return {
      closed: true,
      evidence: ['kernel.unprivileged_userns_clone is 0'],
      meaning: 'only CAP_SYS_ADMIN in the user namespace of the boot may make user namespaces on this host',
      fix: {
        how: 'root of the host allows it to all; narrower is a bwrap that is setuid root, which needs no user namespace',
        command: 'sysctl -w kernel.unprivileged_userns_clone=1',
      },
    };
  },
};
