// The namespaces that nscope is in.
import { readIdentity } from '../../kernel/files/files.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace, type NamespaceType } from '../../model/snapshot/namespace-types.ts';

/** `user:[4026531837]`, or words where /proc does not tell. */
export function describeOwn(type: NamespaceType): string {
  const own = readIdentity(`/proc/self/ns/${type}`);
  return isKnown(own) ? formatNamespace(type, own.inode) : `its ${type} namespace`;
}
