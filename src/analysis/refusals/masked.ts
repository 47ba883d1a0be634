// proc and sysfs may be mounted anew by a user namespace only where one of them is seen whole: else a mount would uncover
// what was covered. Container engines cover parts of /proc.
import type { SeenMount } from '../../model/evidence/refusal-evidence.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { namespaceTypeFacts } from '../../model/snapshot/namespace-types.ts';
import type { Gate } from './gate.ts';

/** Mounts that were listed as evidence, of many. */
const maxNamed = 8;

export const masked: Gate = {
  name: 'masked',
  source: 'fs/namespace.c mount_too_revealing()',
  judge({ refused, caller }) {
    const { fsType = '', errno } = refused;
    if (refused.call !== 'mount' || errno !== 'EPERM' || (fsType !== 'proc' && fsType !== 'sysfs')) return undefined;
    // Where the mount namespace belongs to the user namespace of the boot, anything may be mounted.
    if (caller.owners.mnt === namespaceTypeFacts.user.initialInode || !isKnown(caller.mounts)) return undefined;
    const all = caller.mounts.filter((mount) => mount.fsType === fsType);
    if (all.some(({ whole, readOnly, covers }) => whole && !readOnly && covers.length === 0)) return undefined;
    return {
      closed: true,
      evidence: all.length === 0 ? [`no ${fsType} is mounted in its mount namespace`] : listEvidence(all),
      meaning: `a new ${fsType} would show what is hidden here, so the kernel lets no user namespace mount one`,
      fix: {
        how: `start the container with a whole ${fsType} (docker run --security-opt systempaths=unconfined, podman run --security-opt unmask=ALL, Kubernetes procMount: Unmasked); or do without a new one: bind the ${fsType} that is there (bwrap --ro-bind /proc /proc in place of --proc /proc, and no new pid namespace)`,
        command: null,
      },
    };
  },
};

/** What keeps those that are whole from being seen whole; what is bound of them says nothing more. */
function listEvidence(all: readonly SeenMount[]): string[] {
  const whole = all.filter((mount) => mount.whole);
  if (whole.length === 0)
    return all.slice(0, maxNamed).map(({ point, fsType }) => `${point} is a part of a ${fsType} alone`);
  return whole.flatMap(({ point, readOnly, covers }) => [
    ...(readOnly ? [`${point} is read-only`] : []),
    ...(covers.length > 0 ? [`${point} is covered by mounts on ${nameSome(covers)}`] : []),
  ]);
}

function nameSome(points: readonly string[]): string {
  const rest = points.length > maxNamed ? ` and ${points.length - maxNamed} more` : '';
  return `${points.slice(0, maxNamed).join(', ')}${rest}`;
}
