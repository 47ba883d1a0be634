// The command that unmounts one of many mounts in whichever mount namespace, once nothing lies on it: umount(8), nsenter(1)
import type { MountPlace } from '../../model/evidence/release-evidence.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import { judgeReach } from '../release/mount-reach.ts';
import { byCommand, noCommand, type Release } from '../release/release.ts';
import { findUnmountCommand } from '../release/unmount.ts';
import type { BusyWorld } from './busy-world.ts';
import type { PlacedMount } from './mount-forest.ts';

/**
 * @param isGone - whether a mount has been unmounted by an earlier step
 * @param before - unmounts what lies over the path
 */
export function planUnmountOf(
  placed: PlacedMount,
  world: BusyWorld,
  isGone: (placed: PlacedMount) => boolean,
  before: (placed: PlacedMount) => void,
): Release {
  const { release, index } = world;
  const { mount, namespace } = placed;
  const around = formatNamespace('mnt', namespace);
  const over = findOver(placed, world, isGone);
  if (over) before(over);
  if (isGone(placed)) return noCommand('it is gone by then');
  if (mount.mountPoint === '') return noCommand(`the root of ${around} does not lead to it`);
  const room = release.rooms.get(namespace);
  if (!room || !isKnown(room.mounts)) return noCommand(`the mounts of ${around} could not be read`);
  const command = findUnmountCommand(room, around, mount.mountPoint, release);
  if (command === undefined) return noCommand(`it must be unmounted in ${around}, and no program was found that can`);
  const mayBeLocked = room.mayBeLocked && !isKnown(mount.locked);
  const isEmpty = index.membersOf('mnt', namespace).length === 0;
  return byCommand(command, [
    isEmpty ? `no process is in ${around}: nscope holders ${around} says what holds it` : undefined,
    mayBeLocked ? 'refused where it was copied from the mount namespace of another user namespace' : undefined,
  ]);
}

/** What a path meets before it gets at the mount. */
function findOver(
  placed: PlacedMount,
  { forest }: BusyWorld,
  isGone: (placed: PlacedMount) => boolean,
): PlacedMount | undefined {
  const there = forest.ofNamespace(placed.namespace).filter((one) => one === placed || !isGone(one));
  const places = new Map(there.map((one) => [toPlace(one), one]));
  const own = [...places].find(([, one]) => one === placed)?.[0];
  const over = own && judgeReach(own, [...places.keys()]).coveredBy;
  return over && places.get(over);
}

function toPlace({ mount }: PlacedMount): MountPlace {
  const { fsType, device, root, mountPoint, oldId, oldParent, peerGroup = 0, master = 0 } = mount;
  return { fsType, device, root, path: mountPoint, oldId, oldParentId: oldParent, peerGroup, master };
}
