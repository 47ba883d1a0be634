// The mounts of a mount namespace as a command finds them that is to unmount one: all of them, the ways in, and which are
// locked.
import type { SnapshotIndex } from '../analysis/snapshot-index.ts';
import { attempt, readTextFile } from '../kernel/files.ts';
import { searchMounts } from '../kernel/mount-search.ts';
import { closeNamespace, nsGetUserns, type OpenNamespace } from '../kernel/nsfs.ts';
import { takeSteps } from '../kernel/spawn.ts';
import { isKnown, type Known, unknownFromErrno } from '../model/known.ts';
import { namespaceTypeFacts } from '../model/namespace-types.ts';
import type { MountPlace, MountRoom } from '../model/release-evidence.ts';
import type { Namespace } from '../model/schema.ts';
import { parseMountinfo } from '../parse/mountinfo.ts';
import { reachNamespace } from './reach-namespace.ts';

/** @param paths - where holders are mounted; undefined where the snapshot does not have the mount namespace */
export function readMountRoom(index: SnapshotIndex, inode: number, paths: Iterable<string>): MountRoom | undefined {
  const namespace = index.namespace('mnt', inode);
  if (!namespace) return undefined;
  const own = index.snapshot.host.vantage.namespaces.mnt === inode;
  const open = reachNamespace(index, namespace);
  try {
    const found = searchMounts({
      fd: isKnown(open) ? open.fd : undefined,
      id: isKnown(namespace.id) ? namespace.id : undefined,
      own,
      paths: listLinks(index, inode),
    });
    const mounts: Known<readonly MountPlace[]> = !isKnown(found)
      ? found
      : found.cut === undefined
        ? found.mounts
        : { unknown: 'denied', detail: found.cut };
    const isChrooted = own && isKnown(mounts) && !hasRootOf(mounts, '/proc/self');
    return {
      mounts,
      member: isKnown(mounts) ? findMember(index, inode, mounts) : undefined,
      isOwn: own && isKnown(mounts) && !isChrooted,
      isChrooted,
      locked: findLocked(namespace, open, paths, index.snapshot.host.vantage.namespaces.user),
    };
  } finally {
    if (isKnown(open)) closeNamespace(open);
  }
}

function listLinks(index: SnapshotIndex, inode: number): string[] {
  return index
    .membersOf('mnt', inode)
    .map(({ pid, tid }) => (pid === tid ? `/proc/${pid}/ns/mnt` : `/proc/${pid}/task/${tid}/ns/mnt`));
}

/** Whether the root of a process is what lies topmost at the root of its mount namespace; in a chroot it is another. */
function hasRootOf(mounts: readonly MountPlace[], directory: string): boolean {
  const text = readTextFile(`${directory}/mountinfo`);
  const own = isKnown(text) ? parseMountinfo(text).findLast(({ mountPoint }) => mountPoint === '/') : undefined;
  return own !== undefined && own.id === findTop(mounts)?.oldId;
}

/** The mount at the root on which no other is mounted there. */
function findTop(mounts: readonly MountPlace[]): MountPlace | undefined {
  const roots = mounts.filter(({ path }) => path === '/');
  return roots.find(({ oldId }) => !roots.some((other) => other.oldParentId === oldId && other.oldId !== oldId));
}

/** Of thousands of members the first will do, but for those that live in a chroot. */
const mostTried = 16;

function findMember(index: SnapshotIndex, inode: number, mounts: readonly MountPlace[]): string | undefined {
  return index
    .membersOf('mnt', inode)
    .filter(({ pid, tid, kernelThread }) => pid === tid && !kernelThread)
    .slice(0, mostTried)
    .map(({ pid }) => `/proc/${pid}`)
    .find((directory) => hasRootOf(mounts, directory));
}

/** MNT_FORCE and UMOUNT_NOFOLLOW of umount2(2). */
const force = 1;
const noFollow = 8;

/**
 * Asks for each path by a call that cannot be carried out: a process in the user namespace that owns the mount namespace
 * may unmount there, but force needs CAP_SYS_ADMIN in the initial one, which nobody has who entered another. The kernel looks
 * at the lock first (EINVAL), then at the capability (EPERM): fs/namespace.c, can_umount().
 */
function findLocked(
  { owner }: Namespace,
  mountNamespace: Known<OpenNamespace>,
  paths: Iterable<string>,
  ownUser: Known<number>,
): ReadonlyMap<string, Known<boolean>> {
  if (owner === null || owner === namespaceTypeFacts.user.initialInode) return new Map();
  const ask = (asked: Known<boolean> | ((path: string) => Known<boolean>)) =>
    new Map(Array.from(paths, (path) => [path, typeof asked === 'function' ? asked(path) : asked]));
  if (!isKnown(owner)) return ask(owner);
  if (!isKnown(mountNamespace)) return ask(mountNamespace);
  const userns = attempt(() => nsGetUserns(mountNamespace.fd));
  if (!isKnown(userns)) return ask(userns);
  const into = owner === ownUser ? undefined : userns.fd;
  try {
    return ask((path) => attempt(() => isLocked(into, mountNamespace.fd, path)));
  } finally {
    closeNamespace(userns);
  }
}

/** @param userns - a descriptor of the user namespace to enter; undefined where nscope is in it, which is not the initial one */
function isLocked(userns: number | undefined, mountNamespace: number, path: string): Known<boolean> {
  const failure = takeSteps([
    ...(userns === undefined ? [] : [['setns', userns, namespaceTypeFacts.user.cloneValue] as const]),
    ['setns', mountNamespace, namespaceTypeFacts.mnt.cloneValue],
    ['umount', path, force | noFollow],
  ]);
  if (failure?.step[0] === 'umount' && failure.errno === 'EINVAL') return true;
  if (failure?.step[0] === 'umount' && failure.errno === 'EPERM') return false;
  return unknownFromErrno(failure?.errno ?? 'EINVAL');
}
