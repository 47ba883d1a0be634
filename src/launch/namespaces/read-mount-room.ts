// The mounts of a mount namespace as a command finds them that is to unmount one: all of them, and the ways in.
import type { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { readTextFile } from '../../kernel/files/files.ts';
import { searchMounts } from '../../kernel/mounts/mount-search.ts';
import { closeNamespace } from '../../kernel/nsfs/nsfs.ts';
import type { MountPlace, MountRoom } from '../../model/evidence/release-evidence.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import { namespaceTypeFacts } from '../../model/snapshot/namespace-types.ts';
import { parseMountinfo } from '../../parse/proc/mountinfo.ts';
import { reachNamespace } from './reach-namespace.ts';

/** The ids in mountinfo of the bind mounts of namespaces in a mount namespace, with whether each is locked. */
export type ListLocks = (inode: number) => Iterable<readonly [oldId: number, isLocked: boolean]>;

/** @returns undefined where the snapshot does not have the mount namespace */
export function readMountRoom(index: SnapshotIndex, inode: number, listLocks: ListLocks): MountRoom | undefined {
  const namespace = index.namespace('mnt', inode);
  if (!namespace) return undefined;
  const mayBeLocked = namespace.owner !== namespaceTypeFacts.user.initialInode;
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
      mayBeLocked,
      locks: new Map(mayBeLocked ? listLocks(inode) : []),
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
const maxTried = 16;

function findMember(index: SnapshotIndex, inode: number, mounts: readonly MountPlace[]): string | undefined {
  return index
    .membersOf('mnt', inode)
    .filter(({ pid, tid, kernelThread }) => pid === tid && !kernelThread)
    .slice(0, maxTried)
    .map(({ pid }) => `/proc/${pid}`)
    .find((directory) => hasRootOf(mounts, directory));
}
