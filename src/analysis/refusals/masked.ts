// proc and sysfs may be mounted anew by a user namespace only where one of them is seen whole: else a mount would uncover
// what was covered. Container engines cover parts of /proc.
import type { SeenMount } from '../../model/evidence/refusal-evidence.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { namespaceTypeFacts } from '../../model/snapshot/namespace-types.ts';
import type { Gate } from './gate.ts';

/** include/uapi/linux/mount.h */
const [MS_RDONLY, MS_NOATIME, MS_NODIRATIME, MS_STRICTATIME] = [1, 1024, 2048, 1 << 24];

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
    const flags = refused.flags ?? 0;
    if (all.some((mount) => mount.whole && listBarriers(mount, flags).length === 0)) return undefined;
    return {
      closed: true,
      evidence: all.length === 0 ? [`no ${fsType} is mounted in its mount namespace`] : listEvidence(all, flags),
      meaning: `a new ${fsType} would show what is hidden here, so the kernel lets no user namespace mount one`,
      fix: {
        how: `start the container with a whole ${fsType} (docker run --security-opt systempaths=unconfined, podman run --security-opt unmask=ALL, Kubernetes procMount: Unmasked); or do without a new one: bind the ${fsType} that is there (bwrap --ro-bind /proc /proc in place of --proc /proc, and no new pid namespace)`,
        command: null,
      },
    };
  },
};

/** What is bound of those that are whole says nothing more. */
function listEvidence(all: readonly SeenMount[], flags: number): string[] {
  const whole = all.filter((mount) => mount.whole);
  if (whole.length === 0)
    return all.slice(0, maxNamed).map(({ point, fsType }) => `${point} is a part of a ${fsType} alone`);
  return whole.flatMap((mount) => listBarriers(mount, flags));
}

/**
 * Why a mount that is whole does not let another like it be made: fs/namespace.c mnt_already_visible().
 * @param flags - of the call that was refused: mount(2)
 */
function listBarriers({ point, readOnly, atime, covers }: SeenMount, flags: number): string[] {
  const [own, wanted] = [atime.join(','), nameAtime(flags)];
  return [
    ...(readOnly && (flags & MS_RDONLY) === 0 ? [`${point} is read-only`] : []),
    ...(own === wanted
      ? []
      : [`${point} has ${own || 'strictatime'}, and the new one would have ${wanted || 'strictatime'}`]),
    ...(covers.length > 0 ? [`${point} is covered by mounts on ${nameSome(covers)}`] : []),
  ];
}

/** What path_mount() of fs/namespace.c makes of the flags. */
function nameAtime(flags: number): string {
  const isStrict = (flags & MS_STRICTATIME) !== 0;
  const isNone = (flags & MS_NOATIME) !== 0;
  return [
    ...(isNone && !isStrict ? ['noatime'] : []),
    ...((flags & MS_NODIRATIME) !== 0 ? ['nodiratime'] : []),
    ...(isNone || isStrict ? [] : ['relatime']),
  ].join(',');
}

function nameSome(points: readonly string[]): string {
  const rest = points.length > maxNamed ? ` and ${points.length - maxNamed} more` : '';
  return `${points.slice(0, maxNamed).join(', ')}${rest}`;
}
