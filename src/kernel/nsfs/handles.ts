// Namespaces by 64-bit id: file handles of nsfs, name_to_handle_at(2) and open_by_handle_at(2).
import { findTypeByCloneValue, type NamespaceType, namespaceTypeFacts } from '../../model/snapshot/namespace-types.ts';
import { requireAddon } from '../addon/require-addon.ts';

/** What a handle of nsfs names. Linux 6.18 wants all three to open one; from 6.19 the id is enough. */
interface NsHandle {
  readonly id: bigint;
  readonly type?: NamespaceType | undefined;
  readonly inode?: number;
}

/**
 * Opens a namespace that need not be reachable by any path.
 * @returns a new descriptor, which the caller closes
 * @throws SyscallError ESTALE when it is dead, inactive, or refused (it is not the caller's own, and the caller lacks
 *   CAP_SYS_ADMIN in the initial user namespace or is in a child pid namespace); EBADF before Linux 6.18; EINVAL for a
 *   handle that contradicts itself
 * @see include/uapi/linux/nsfs.h struct nsfs_file_handle
 */
export function openNsHandle({ id, type, inode = 0 }: NsHandle): number {
  return requireAddon().openNsHandle(id, type ? namespaceTypeFacts[type].cloneValue : 0, inode);
}

/**
 * The handle of the namespace behind `fd`.
 * @throws SyscallError EOPNOTSUPP before Linux 6.18; ENOTTY or EOVERFLOW when `fd` is no namespace
 */
export function readNsHandle(fd: number): NsHandle {
  const [id, type, inode] = requireAddon().readNsHandle(fd);
  return { id, type: findTypeByCloneValue(type), inode };
}
