// fs.mount-max: a mount namespace has no more mounts than this, and a copy has as many as what it is copied from.
import { isKnown } from '../../model/snapshot/known.ts';
import type { Gate } from './gate.ts';

export const mountLimit: Gate = {
  name: 'limit',
  source: 'fs/namespace.c count_mounts()',
  judge({ refused, caller: { mountPoints }, settings: { maxMounts } }) {
    const isMount = refused.call === 'mount' || refused.types.includes('mnt');
    if (refused.errno !== 'ENOSPC' || !isMount || !isKnown(mountPoints) || !isKnown(maxMounts)) return undefined;
    if (mountPoints.length < maxMounts) return undefined;
    return {
      closed: true,
      evidence: [`fs.mount-max is ${maxMounts}`, `its mount namespace shows ${mountPoints.length} mounts`],
      meaning: 'the mount namespace has as many mounts as one may have',
      fix: {
        how: 'unmount what nobody needs, or root of the host raises it',
        command: 'sysctl -w fs.mount-max=NUMBER',
      },
    };
  },
};
