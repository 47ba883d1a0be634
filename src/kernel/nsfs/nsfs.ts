// Namespaces by descriptor: ioctl_nsfs(2).
import { closeSync, fstatSync } from 'node:fs';
import { isKnown, type Known, unknownFromErrno } from '../../model/snapshot/known.ts';
import { findTypeByCloneValue, type NamespaceType } from '../../model/snapshot/namespace-types.ts';
import { parseLatin1 } from '../../parse/text/text.ts';
import type { BatchFailure, Utsname } from '../addon/addon.ts';
import { requireAddon } from '../addon/require-addon.ts';
import { attempt } from '../files/files.ts';
import { openNamespaceFile } from './namespace-files.ts';

export interface OpenNamespace {
  readonly fd: number;
  readonly inode: number;
  readonly dev: number;
  /** When its inode came into being, in ms since 1970: the first opening that is still held (a descriptor, a bind mount). */
  readonly openedAtMs: number;
}

/**
 * Opens a namespace through any path that leads to it: a link in /proc/PID/ns, a bind mount.
 * @returns a descriptor that the caller closes with closeNamespace
 * @throws SyscallError ENOENT or ESRCH when the process is gone, EACCES when it may not be looked at; RefusedError ENOTTY
 *   for what is no namespace, which is not opened, ETIMEDOUT
 */
export function openNamespace(path: string): OpenNamespace {
  return identify(openNamespaceFile(path));
}

/**
 * Opens a namespace by the first of several paths that still leads to `inode`, since processes end at any time.
 * @returns the namespace, which the caller closes, or why the last path did not lead to it
 */
export function openByPaths(paths: readonly string[], inode: number): Known<OpenNamespace> {
  let failure = unknownFromErrno('ENOENT');
  for (const path of paths) {
    const open = attempt(() => openNamespace(path));
    if (!isKnown(open)) failure = open;
    else if (open.inode === inode) return open;
    else closeNamespace(open);
  }
  return failure;
}

/** What fstat(2) tells of a descriptor of a namespace. */
export function identify(fd: number): OpenNamespace {
  const { ino, dev, ctimeMs } = fstatSync(fd);
  return { fd, inode: ino, dev, openedAtMs: ctimeMs };
}

export function closeNamespace(namespace: OpenNamespace): void {
  closeSync(namespace.fd);
}

/**
 * The user namespace that owns the one behind `fd`.
 * @returns a new descriptor, which the caller closes
 * @throws SyscallError EPERM when the owner is outside the caller's user namespace, or `fd` is the initial user namespace
 * @see ioctl_nsfs(2) NS_GET_USERNS, since Linux 4.9
 */
export function nsGetUserns(fd: number): OpenNamespace {
  return identify(requireAddon().nsGetUserns(fd));
}

/**
 * The parent of a pid or user namespace.
 * @returns a new descriptor, which the caller closes
 * @throws SyscallError EPERM when it has none or it is outside the caller's; EINVAL for a type without parents
 * @see ioctl_nsfs(2) NS_GET_PARENT, since Linux 4.9
 */
export function nsGetParent(fd: number): OpenNamespace {
  return identify(requireAddon().nsGetParent(fd));
}

/**
 * The type of the namespace behind `fd`.
 * @throws SyscallError ENOTTY when `fd` is no namespace, or the kernel is older than 4.11
 * @see ioctl_nsfs(2) NS_GET_NSTYPE
 */
export function nsGetNstype(fd: number): NamespaceType | undefined {
  return findTypeByCloneValue(requireAddon().nsGetNstype(fd));
}

/**
 * The effective uid of the process that made a user namespace, in the caller's user namespace (65534 where it has none).
 * @throws SyscallError EINVAL when `fd` is no user namespace
 * @see ioctl_nsfs(2) NS_GET_OWNER_UID, since Linux 4.11
 */
export function nsGetOwnerUid(fd: number): number {
  return requireAddon().nsGetOwnerUid(fd);
}

/**
 * The 64-bit id, which no other namespace has had or will have until the next boot.
 * @throws SyscallError ENOTTY before Linux 6.18
 * @see include/uapi/linux/nsfs.h NS_GET_ID
 */
export function nsGetId(fd: number): bigint {
  return requireAddon().nsGetId(fd);
}

/**
 * The 64-bit id of a mount namespace, the same as nsGetId gives where both exist.
 * @throws SyscallError ENOTTY before Linux 6.11, EINVAL for other types
 * @see include/uapi/linux/nsfs.h NS_GET_MNTNS_ID
 */
export function nsGetMntnsId(fd: number): bigint {
  return requireAddon().nsGetMntnsId(fd);
}

/**
 * What uname(2) says inside each uts namespace. A thread of the addon's own enters them one after another.
 * @returns for each descriptor its names, or the failure: EPERM without CAP_SYS_ADMIN in the owning user namespace
 */
export function readUts(fds: readonly number[]): readonly (Utsname | BatchFailure)[] {
  return requireAddon()
    .readUts(Int32Array.from(fds))
    .map((answer) => ('code' in answer ? answer : toText(answer)));
}

/** Host and domain names may hold any bytes. */
function toText(names: Utsname): Utsname {
  return { ...names, nodename: parseLatin1(names.nodename), domainname: parseLatin1(names.domainname) };
}
