// Why a namespace could not be entered: setns(2).
import { formatNamespace, type NamespaceType } from '../../model/snapshot/namespace-types.ts';
import { describeOwn } from '../namespaces/describe-own.ts';

/** A namespace that is entered. */
export interface JoinedNamespace {
  readonly type: NamespaceType;
  readonly inode: number;
  /** The inode of the user namespace that owns it; undefined where the kernel does not tell nscope. */
  readonly owner: number | undefined;
}

export function explainSetns(namespace: JoinedNamespace | undefined, errno: string): string {
  if (!namespace) return `a namespace cannot be entered (${errno})`;
  const { type, inode, owner } = namespace;
  const what = `${formatNamespace(type, inode)} cannot be entered (${errno})`;
  const capabilities = type === 'mnt' ? 'CAP_SYS_ADMIN and CAP_SYS_CHROOT' : 'CAP_SYS_ADMIN';
  if (errno === 'EPERM' && type === 'user')
    return `${what}: that needs CAP_SYS_ADMIN in it, which its creator has from the user namespace above, and root of the initial one always`;
  if (errno === 'EPERM')
    return `${what}: that needs ${capabilities} in ${owner === undefined ? 'the user namespace that owns it' : `${formatNamespace('user', owner)}, which owns it`}, and in ${describeOwn('user')}, where nscope is; an ordinary user has them in a user namespace of their own once it is entered as well`;
  if (errno === 'EINVAL' && type === 'pid')
    return `${what}: it is neither the pid namespace of nscope nor below it, and nobody gets out of a pid namespace`;
  if (errno === 'EINVAL' && type === 'user') return `${what}: nscope is in it already, or may not leave its own`;
  return what;
}
