// Whether the process sees mounts that kthreadd or the host's init sees. Mount ids are unique on the host:
// proc_pid_mountinfo(5).
import type { WitnessEvidence } from '../../model/evidence/detect-evidence.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { conclude, type Method, nothing, silent, silentFor } from './finding.ts';
import { findKthreadd, isProcInitial } from './vantage.ts';

export const sharedMounts: Method = {
  name: 'shared-mounts',
  idea: 'A mount belongs to one mount namespace, so who sees a mount that another sees is in the same.',
  kernels: 'since 2.6.26, for any user; from 7.3 on kthreadd sees no mount, and PID 1 has to do',
  types: ['mnt'],
  judge(evidence) {
    const { mountIds } = evidence;
    if (!isKnown(mountIds)) return silentFor('mountinfo', mountIds);
    if (mountIds.length === 0)
      return silent('it sees no mount: its root has none below it, as in a chroot or in failfs');
    const kthreadd = findKthreadd(evidence);
    const kernelMounts = kthreadd && listMounts(kthreadd);
    if (kernelMounts && kernelMounts.length > 0) {
      const read = `${countShared(mountIds, kernelMounts)} of its ${mountIds.length} mounts are kthreadd’s`;
      return countShared(mountIds, kernelMounts) > 0
        ? conclude('initial', 'proof', read, 'kthreadd never leaves the initial one')
        : conclude('child', 'strong', read, 'kthreadd sees all mounts of the initial one, unless in a chroot');
    }
    if (isProcInitial(evidence) !== true) return silent('neither kthreadd nor the host’s init is to be seen');
    const hostMounts = isKnown(evidence.init) ? listMounts(evidence.init) : [];
    if (hostMounts.length === 0) return silent('the mounts of PID 1 are not to be seen');
    const shared = countShared(mountIds, hostMounts);
    const read = `${shared} of its ${mountIds.length} mounts are PID 1’s`;
    return shared > 0
      ? conclude("host's", 'proof', read, 'it is the same mount namespace as the host’s init')
      : nothing(read, 'it is another mount namespace than the host’s init, which need not be in the initial one');
  },
};

function listMounts({ mountIds }: WitnessEvidence): readonly number[] {
  return isKnown(mountIds) ? mountIds : [];
}

function countShared(a: readonly number[], b: readonly number[]): number {
  const ids = new Set(b);
  return a.filter((id) => ids.has(id)).length;
}
