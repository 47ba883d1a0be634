// Mounts that came along when a mount namespace was copied into a less privileged user namespace: they stay as they are.
import type { RefusalEvidence } from '../../model/evidence/refusal-evidence.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { namespaceTypeFacts } from '../../model/snapshot/namespace-types.ts';
import { type Gate, isCapable, type Ruling } from './gate.ts';

const remount = 0x20;
const bind = 0x1000;
const recursive = 0x4000;
const move = 0x2000;

export const lockedMount: Gate = {
  name: 'locked-mount',
  source: 'fs/namespace.c can_umount(): MNT_LOCKED, can_change_locked_flags(), has_locked_children()',
  judge(evidence) {
    const { refused, caller } = evidence;
    if (caller.owners.mnt === namespaceTypeFacts.user.initialInode || !isCapable(evidence, 'CAP_SYS_ADMIN'))
      return undefined;
    const { call, errno, flags = 0, target = '', source = '' } = refused;
    const seen = isKnown(caller.mountPoints) ? caller.mountPoints : [];
    if (call === 'umount2' && errno === 'EINVAL' && target !== '/' && seen.includes(target))
      return rule(evidence, true, [`${target} is a mount in its mount namespace, and umount2 answered EINVAL`]);
    if (call === 'mount' && errno === 'EPERM' && (flags & remount) !== 0)
      return rule(evidence, true, [
        `a remount of ${target} was to take away what is locked: ro, nosuid, nodev, noexec or atime`,
      ]);
    if (call === 'mount' && errno === 'EINVAL' && (flags & bind) !== 0 && (flags & recursive) === 0)
      return hasBelow(seen, source)
        ? rule(evidence, false, [`${source} has mounts below it, and was to be bound without them (without MS_REC)`])
        : undefined;
    if (
      (call === 'mount' && errno === 'EINVAL' && (flags & move) !== 0) ||
      (call === 'pivot_root' && errno === 'EINVAL')
    )
      return rule(evidence, false, [`${call} answered EINVAL, as it does for a locked mount among others`]);
    return undefined;
  },
};

function hasBelow(points: readonly string[], path: string): boolean {
  return points.some((point) => point.startsWith(`${path.replace(/\/$/, '')}/`));
}

function rule({ refused }: RefusalEvidence, closed: boolean, evidence: readonly string[]): Ruling {
  return {
    closed,
    evidence,
    meaning:
      'mounts that a mount namespace got from a more privileged one are locked together: each alone cannot be unmounted, moved, uncovered, or given more rights',
    fix: {
      how:
        refused.call === 'mount'
          ? 'keep the flags that the mount has, and bind whole trees (MS_REC, bwrap --bind)'
          : 'build a new tree of mounts and make that the root (pivot_root(2)), in place of unmounting from the old one',
      command: null,
    },
  };
}
