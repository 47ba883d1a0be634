// How a mount that holds a namespace is unmounted: umount(8), nsenter(1), ip-netns(8), mount_namespaces(7)

import type { MountPlace, MountRoom, ReleaseEvidence } from '../../model/evidence/release-evidence.ts';
import { isCapable } from '../../model/names/capabilities.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { Holder, Namespace } from '../../model/snapshot/schema.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import { judgeReach, reachesOther } from './mount-reach.ts';
import { byCommand, noCommand, type Release } from './release.ts';
import { formatCommand, quoteWord } from './shell-words.ts';

export type HoldingMount = Extract<Holder, { kind: 'bind-mount' | 'process-mount' | 'file-system' }>;

export function planUnmount(
  holder: HoldingMount,
  namespace: Namespace,
  index: SnapshotIndex,
  evidence: ReleaseEvidence,
): Release {
  if (!isKnown(holder.path)) return noCommand(holder.path.detail ?? 'where it is mounted is not known');
  if (!isKnown(holder.mountNamespace)) return noCommand('the mount namespace that it is in is not known');
  const around = formatNamespace('mnt', holder.mountNamespace);
  const goesWith = `it goes with ${around}: nscope holders ${quoteWord(around)}`;
  const room = evidence.rooms.get(holder.mountNamespace);
  if (!room || !isKnown(room.mounts)) return noCommand(`the mounts of ${around} could not be read; ${goesWith}`);
  const { path } = holder;
  const mounts = room.mounts.filter((mount) => mount.path === path && isThat(mount, holder, namespace));
  const [first] = mounts;
  if (!first) return noCommand('it was unmounted meanwhile');
  const obstacle = findObstacle(mounts, room.mounts);
  if (obstacle !== undefined) return noCommand(`${obstacle}; or ${goesWith}`);
  const locks = mounts.map(({ oldId }) => room.locks.get(oldId));
  if (locks.includes(true))
    return noCommand(
      `locked: it came from the mount namespace of another user namespace, so that it cannot be unmounted alone; ${goesWith}`,
    );
  const mayBeLocked = room.mayBeLocked && locks.includes(undefined);
  if (mayBeLocked && !room.isOwn)
    return noCommand(
      `what was copied into a mount namespace of another user namespace cannot be unmounted alone; ${goesWith}`,
    );
  if (countBytes(path) + (room.isOwn ? 0 : viaProcBytes) > maxPathBytes)
    return noCommand(`its path is longer than a system call takes; ${goesWith}`);
  const isAlone = room.mounts.filter((mount) => mount.path === path).length === 1;
  const name = isAlone && room.isOwn ? findName(namespace, path) : undefined;
  const command =
    name !== undefined && evidence.programs.has('ip')
      ? formatCommand(['ip', 'netns', 'del', name])
      : findUnmountCommand(room, around, path, evidence);
  if (command === undefined)
    return noCommand(`it must be unmounted in ${around}, and no program was found that can; or ${goesWith}`);
  const { vantage } = index.snapshot.host;
  return byCommand(mounts.map(() => command).join(' && '), [
    mayBeLocked ? 'refused where it was copied from the mount namespace of another user namespace' : undefined,
    holder.kind === 'file-system' ? 'refused while a file in it is open' : undefined,
    ...listFollowing(first, holder.mountNamespace, room.mounts, evidence),
    vantage.uid === 0 || isCapable(vantage, 'CAP_SYS_ADMIN') ? undefined : 'as root',
  ]);
}

/** PATH_MAX, of which the last byte is NUL: limits.h. */
const maxPathBytes = 4095;
/** Of `/proc/PID/root` before it, at the most. */
const viaProcBytes = '/proc/4194304/root'.length;

/** A byte that was not UTF-8 is one character of U+DC80 to U+DCFF (PEP 383). */
function countBytes(text: string): number {
  return new TextEncoder().encode(text.replace(/[\udc80-\udcff]/gu, '?')).length;
}

function isThat(
  { root, fsType, device, oldId }: MountPlace,
  holder: HoldingMount,
  { type, inode }: Namespace,
): boolean {
  if (holder.kind === 'bind-mount') return fsType === 'nsfs' && root.replace(/^\//, '') === `${type}:[${inode}]`;
  if (holder.kind === 'process-mount') return oldId === holder.mountId;
  return fsType === holder.fsType && (holder.device === undefined || device === holder.device);
}

/** What must be unmounted before. Of several mounts of the same thing on one path each lies on the next. */
function findObstacle(mounts: readonly MountPlace[], all: readonly MountPlace[]): string | undefined {
  for (const mount of mounts) {
    const { coveredBy, below } = judgeReach(mount, all);
    const [first] = below;
    if (coveredBy && !mounts.includes(coveredBy))
      return `umount does not get at it: ${describeMount(coveredBy)} lies over it, and must be unmounted first`;
    if (first) return `it is busy: ${describeMount(first)} is mounted below it, and must be unmounted first`;
  }
  return undefined;
}

function describeMount({ root, fsType, path }: MountPlace): string {
  return `${fsType === 'nsfs' ? root : fsType} on ${path}`;
}

function findName({ names }: Namespace, path: string): string | undefined {
  return names.find((name) => name.kind === 'ip-netns' && name.path === path)?.name;
}

/**
 * In place where nscope is; else with the host's umount, which finds the mount through /proc, so that no program of the
 * other mount namespace is needed, or run; else with nscope itself.
 */
export function findUnmountCommand(
  { isOwn, isChrooted, member }: MountRoom,
  around: string,
  path: string,
  { programs, hasUtilLinux, nscope }: ReleaseEvidence,
): string | undefined {
  if (isOwn && programs.has('umount')) return formatCommand(['umount', path]);
  if (isOwn) return nscope && formatCommand([...nscope, 'unmount', path]);
  if (member !== undefined && hasUtilLinux) {
    // No look at mountinfo, which names it otherwise; no name without the links of /proc.
    const unmount = ['umount', '-cin', `${member}/root${path}`];
    return formatCommand(isChrooted ? unmount : ['nsenter', `--mount=${member}/ns/mnt`, '--root=/', ...unmount]);
  }
  return nscope && !isChrooted
    ? formatCommand([...nscope, 'enter', around, '--', ...nscope, 'unmount', path])
    : undefined;
}

function listFollowing(
  mount: MountPlace,
  inode: number,
  mounts: readonly MountPlace[],
  { rooms }: ReleaseEvidence,
): string[] {
  const others = [...rooms].flatMap(([other, { mounts: elsewhere }]) =>
    other !== inode && isKnown(elsewhere) && reachesOther(mount, mounts, elsewhere)
      ? [formatNamespace('mnt', other)]
      : [],
  );
  return others.length > 0 ? [`it is shared: what is mounted there in ${others.join(', ')} goes with it`] : [];
}
