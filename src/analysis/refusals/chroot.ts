// A process whose root is not the root of its mount namespace may not make user namespaces: it could leave the chroot.
import { isKnown } from '../../model/snapshot/known.ts';
import { type Gate, makesUser } from './gate.ts';

export const chroot: Gate = {
  name: 'chroot',
  source: 'kernel/user_namespace.c create_user_ns(): current_chrooted()',
  judge(evidence) {
    const { caller, refused, trials } = evidence;
    if (!makesUser(evidence) || refused.errno !== 'EPERM') return undefined;
    const without = isKnown(caller.rootIsMount) && !caller.rootIsMount;
    const back = trials.fromRealRoot === null;
    if (!without && !back) return undefined;
    return {
      closed: true,
      evidence: [
        ...(without ? ['its /proc/PID/mountinfo has no mount at /: its root is a directory of another mount'] : []),
        ...(back
          ? ['from the root of the mount namespace (setns(2) goes back to it) the same call is carried out']
          : []),
      ],
      meaning: 'it is in a chroot, from which the kernel lets nobody make a user namespace',
      fix: {
        how: 'give it that root by pivot_root(2) in a mount namespace of its own in place of chroot(2), as container engines and bubblewrap do: bwrap --bind DIR / COMMAND',
        command: null,
      },
    };
  },
};
