// Files of /proc that tell of a namespace by way of one process in it.
import { isKnown, type Known, unknownFromErrno } from '../../model/snapshot/known.ts';
import type { NamespaceLink } from '../../model/snapshot/namespace-types.ts';
import { readIdentity, readTextFile } from '../files/files.ts';

/**
 * The text of `/proc/PID/FILE`, if the process is in the namespace when it has been read: a PID may be used again at any
 * time, and the files of a process that ends are empty before they go.
 */
export function readMemberFile(pid: number, file: string, link: NamespaceLink, inode: number): Known<string> {
  const text = readTextFile(`/proc/${pid}/${file}`);
  const identity = readIdentity(`/proc/${pid}/ns/${link}`);
  if (!isKnown(text)) return text;
  if (!isKnown(identity)) return identity;
  return identity.inode === inode ? text : unknownFromErrno('ESRCH');
}
