// The owner and the parent of a namespace. Asked of itself, opened by its 64-bit id: ioctl_nsfs(2).
import { isKnown } from '../../model/snapshot/known.ts';
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';
import { attempt } from '../files/files.ts';
import { closeNamespace, nsGetOwnerUid, nsGetParent, nsGetUserns, type OpenNamespace } from './nsfs.ts';
import { openFound } from './open-namespace.ts';

interface RelatedNamespace {
  readonly type: NamespaceType;
  readonly inode: number;
  readonly id: string;
  /** Inode of the user namespace that owns it. */
  readonly owner: number;
  /** Of the creator of the owner; of a user namespace, its own creator's. */
  readonly ownerUid: number;
  /** Of pid and user namespaces. */
  readonly parent?: number;
  readonly level?: number;
}

/** @returns undefined where it has ended, is an initial one, or stands outside of what the caller may see. Linux 6.18 */
export function describeByHandle({
  type,
  inode,
  id,
}: Pick<RelatedNamespace, 'type' | 'inode' | 'id'>): RelatedNamespace | undefined {
  const open = openFound({ type, inode, paths: [], id });
  if (!isKnown(open)) return undefined;
  try {
    const owner = attempt(() => using(nsGetUserns(open.fd), ({ fd, inode }) => ({ inode, uid: nsGetOwnerUid(fd) })));
    if (!isKnown(owner)) return undefined;
    const told = { type, inode, id, owner: owner.inode };
    if (type !== 'pid' && type !== 'user') return { ...told, ownerUid: owner.uid };
    const above = findAbove(open);
    return {
      ...told,
      ownerUid: type === 'user' ? nsGetOwnerUid(open.fd) : owner.uid,
      ...(above[0] === undefined ? {} : { parent: above[0] }),
      level: above.length,
    };
  } finally {
    closeNamespace(open);
  }
}

/** Inodes of the parent, its parent, and so on. */
function findAbove(namespace: OpenNamespace): number[] {
  const parent = attempt(() => nsGetParent(namespace.fd));
  return isKnown(parent) ? using(parent, (above) => [above.inode, ...findAbove(above)]) : [];
}

function using<T>(namespace: OpenNamespace, look: (namespace: OpenNamespace) => T): T {
  try {
    return look(namespace);
  } finally {
    closeNamespace(namespace);
  }
}
