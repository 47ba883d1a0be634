// All mount namespaces, one after another, those without a process as well: one call of the addon.
import { layOut } from '../../parse/records/layout.ts';
import { RecordReader } from '../../parse/records/record-reader.ts';
import { requireAddon } from '../addon/require-addon.ts';
import { nameErrno } from '../addon/syscall-error.ts';

/** A mount namespace, as it was while the walk held it open. */
interface WalkedNamespace {
  readonly inode: number;
  readonly dev: number;
  /** The kernel's 64-bit id, in decimal. */
  readonly id: string;
  /** The inode of its owner; undefined where that is refused. */
  readonly owner: number | undefined;
}

export const walkedLayout = layOut('struct walked of native/mount-walk.c', {
  inode: 'u64',
  dev: 'u64',
  id: 'u64',
  owner: 'u64',
});

const { word } = walkedLayout;

/**
 * The mount namespaces after that of `fd` in the order of their ids, then those before it.
 * @param answer - of the same call, where it was made before
 * @returns with the errno at which the walk ended: ENOENT when it has all; EPERM outside the initial pid namespace or without
 *   CAP_SYS_ADMIN in the initial user namespace (but 6.16 to 6.18.15 pass over what the caller may not see); ENOTTY before
 *   Linux 6.12; EINVAL when `fd` is no mount namespace
 * @throws AddonMissingError
 * @see include/uapi/linux/nsfs.h NS_MNT_GET_NEXT
 */
export function walkMountNamespaces(
  fd: number,
  answer = requireAddon().walkMountNamespaces(fd),
): { readonly walked: readonly WalkedNamespace[]; readonly end: string } {
  const [bytes, errno] = answer;
  const records = new RecordReader(bytes);
  const walked: WalkedNamespace[] = [];
  for (let at = 0; at < records.length; at += walkedLayout.words) {
    const { inode, dev, id, owner } = word;
    records.goTo(at);
    walked.push({
      inode: records.long(inode),
      dev: records.long(dev),
      id: records.id(id),
      owner: records.long(owner) || undefined,
    });
  }
  return { walked, end: nameErrno(errno) };
}
