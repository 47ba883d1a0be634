// Whether a mount can be unmounted by its path. Another may lie on it, or on a directory above; others may lie below.
// mount(8), umount(2), mount_namespaces(7)
import type { MountPlace } from '../../model/evidence/release-evidence.ts';

/** What stands in the way of umount(2) with the path of a mount. */
interface MountReach {
  /** The mount that the path leads to, or into, instead. */
  readonly coveredBy: MountPlace | undefined;
  /** What is mounted below it, and keeps it busy. */
  readonly below: readonly MountPlace[];
}

/** @param mounts - all of the mount namespace */
export function judgeReach(mount: MountPlace, mounts: readonly MountPlace[]): MountReach {
  const children = mounts.filter((one) => one.oldParentId === mount.oldId && one !== mount);
  return {
    coveredBy: children.find(({ path }) => path === mount.path) ?? findAbove(mount, mounts),
    below: children.filter(({ path }) => path !== mount.path),
  };
}

/** On the way down from the root, a sibling that the path meets first. */
function findAbove(mount: MountPlace, mounts: readonly MountPlace[]): MountPlace | undefined {
  const seen = new Set<MountPlace>();
  let one: MountPlace | undefined = mount;
  while (one && !seen.has(one)) {
    seen.add(one);
    const { oldId, oldParentId, path }: MountPlace = one;
    // The root of a mount namespace is its own parent.
    if (oldId === oldParentId) return undefined;
    const siblings = mounts.filter((other) => other.oldParentId === oldParentId && other.oldId !== oldId);
    const above = siblings.find((other) => other.oldId !== oldParentId && isPrefix(other.path, path));
    if (above) return above;
    one = mounts.find((other) => other.oldId === oldParentId);
  }
  return undefined;
}

/** Whether a path is the other, or leads to it. */
function isPrefix(path: string, other: string): boolean {
  return other === path || other.startsWith(path.endsWith('/') ? path : `${path}/`);
}

/**
 * Whether an unmount of `mount` reaches another mount namespace: what is mounted in a shared directory goes with its peers'
 * and slaves'.
 * @param mounts - of the mount namespace that `mount` is in
 * @param elsewhere - of the other
 */
export function reachesOther(
  mount: MountPlace,
  mounts: readonly MountPlace[],
  elsewhere: readonly MountPlace[],
): boolean {
  const around = mounts.find(({ oldId }) => oldId === mount.oldParentId);
  if (!around || around.peerGroup === 0) return false;
  return elsewhere.some((other) => {
    if (other.root !== mount.root || other.device !== mount.device) return false;
    const room = elsewhere.find(({ oldId }) => oldId === other.oldParentId);
    return room !== undefined && (room.peerGroup === around.peerGroup || room.master === around.peerGroup);
  });
}
