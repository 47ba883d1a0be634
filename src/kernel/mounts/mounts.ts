// The mounts of any mount namespace: statmount(2) and listmount(2) from outside, a visiting thread where those are missing.
import { closeSync } from 'node:fs';
import { type Known, unknownFromErrno } from '../../model/snapshot/known.ts';
import { requireAddon } from '../addon/require-addon.ts';
import { nameErrno } from '../addon/syscall-error.ts';
import { openNamespaceRoot } from '../files/file-calls.ts';
import { attempt } from '../files/files.ts';
import { keepStandIn } from '../files/stand-in.ts';
import { findBelow } from '../nsfs/namespace-files.ts';
import { type NamespacePath, packPaths } from '../nsfs/namespace-paths.ts';
import { countReaders } from '../proc/proc-reading.ts';

/** statfs(2) f_type of the file systems whose mounts hold namespaces. */
export const superBlockMagic = {
  nsfs: 0x6e736673,
  proc: 0x9fa0,
  mqueue: 0x19800202,
  sysfs: 0x62656572,
  fuse: 0x65735546,
};

interface WantedMounts {
  /** Values of superBlockMagic. */
  readonly magics?: readonly number[];
  /** major:minor of st_dev. */
  readonly devices?: readonly string[];
  /** 64-bit ids of mounts. Of one that is not there (any more) the record has the errno alone. */
  readonly ids?: readonly bigint[];
}

/**
 * All mounts of a mount namespace that its own root leads to, without entering it. In the caller's own mount namespace
 * the caller's root counts, so a chroot shows less: there a descriptor has a thread of the addon's own ask from the top.
 * @param mntNsId - the 64-bit id of the mount namespace (nsGetMntnsId)
 * @param wanted - only mounts of these file systems or super blocks, or with these ids; all when left out
 * @param mountNsFd - a descriptor of the mount namespace, to ask from within; stays open
 * @returns packed records, for decodeMounts; 50,000 mounts take some 10 MB
 * @throws SyscallError ENOENT when there is no such namespace (any more) or the caller may not look into it, EPERM without
 *   CAP_SYS_ADMIN over it, ENOSYS before Linux 6.8, EINVAL before 6.11
 * @see listmount(2), statmount(2)
 */
export function readMounts(mntNsId: bigint, wanted: WantedMounts = {}, mountNsFd = -1): Buffer {
  const { magics, devices } = toNumbers(wanted);
  return requireAddon().readMounts(mntNsId, magics, devices, mountNsFd, BigUint64Array.from(wanted.ids ?? []));
}

/**
 * Which of many mount namespaces have wanted mounts, in one call of the addon.
 * @param wanted - as readMounts has it, for namespaces other than the caller's own
 * @returns in the same order whether there are any (or such as could not be looked at), or why that is not known: ESTALE
 *   where the path leads elsewhere by now
 * @throws AddonMissingError
 */
export function findMounts(namespaces: readonly NamespacePath[], wanted: Omit<WantedMounts, 'ids'>): Known<boolean>[] {
  const { paths, inodes } = packPaths(namespaces);
  const { magics, devices } = toNumbers(wanted);
  const answers = requireAddon().findMounts(paths, inodes, magics, devices, countReaders());
  return namespaces.map((_, index) => {
    const answer = answers.readInt32LE(4 * index);
    return answer < 0 ? unknownFromErrno(nameErrno(-answer)) : answer > 0;
  });
}

function toNumbers({ magics = [], devices = [] }: WantedMounts) {
  const numbers = devices.map((device) => {
    const [major = '', minor = ''] = device.split(':');
    return (BigInt(major) << 32n) | BigInt(minor);
  });
  return { magics: BigUint64Array.from(magics, BigInt), devices: BigUint64Array.from(numbers) };
}

/** The mounts of a mount namespace by their ids, in the order of mountinfo. */
export interface MountList {
  /** 64 bits, rising. */
  readonly ids: BigUint64Array;
  /** The reused ids of the first and of the last one; 0 where there is none. */
  readonly firstOldId: number;
  readonly lastOldId: number;
}

/**
 * The mounts of many mount namespaces by their ids alone, in one call of the addon: a tenth of the time of all that
 * statmount(2) says.
 * @param mntNsIds - 64-bit ids of mount namespaces; of the caller's own the caller's root counts
 * @returns in the same order: the list, or why there is none: as readMounts throws
 * @throws AddonMissingError
 * @see listmount(2)
 */
export function listMounts(mntNsIds: readonly bigint[]): Known<MountList>[] {
  const packed = requireAddon().listMounts(BigUint64Array.from(mntNsIds));
  const words = new BigUint64Array(packed.buffer, packed.byteOffset, packed.byteLength / 8);
  let at = 0;
  return mntNsIds.map((): Known<MountList> => {
    const head = BigInt.asIntN(64, words[at] ?? 0n);
    if (head < 0n) {
      at++;
      return unknownFromErrno(nameErrno(Number(-head)));
    }
    const from = at + 3;
    at = from + Number(head);
    return {
      ids: words.subarray(from, at),
      firstOldId: Number(words[from - 2]),
      lastOldId: Number(words[from - 1]),
    };
  });
}

/**
 * The text of mountinfo as a thread sees it that has entered the mount namespace, with the namespace's own root: also
 * where its only member lives in a chroot, and where no /proc is mounted.
 * @param mountNsFd - a descriptor of the mount namespace; stays open
 * @throws SyscallError EPERM without CAP_SYS_ADMIN over the namespace and CAP_SYS_CHROOT; ENOENT where the caller has no /proc
 * @see setns(2), proc_pid_mountinfo(5)
 */
export function readMountinfoIn(mountNsFd: number): Buffer {
  return requireAddon().readMountinfoIn(mountNsFd);
}

/** A namespace that was found in another mount namespace; `fd` where it was to be kept. */
interface MountedNamespace {
  readonly inode: number;
  readonly dev: number;
  readonly fd?: number;
}

/**
 * The namespaces that are bind mounted at paths of another mount namespace. What lies there and is no namespace is
 * neither opened nor waited for.
 * @param mountNsFd - a descriptor of the mount namespace; stays open
 * @param mountPoints - seen from that namespace's root; links are not followed
 * @param keep - whether to give a descriptor of each, which the caller closes
 * @returns in the order of the paths: what was found, or why not: ENOENT, ENOTTY for what is no namespace, ETIMEDOUT
 * @throws SyscallError EPERM without CAP_SYS_ADMIN over the mount namespace and CAP_SYS_CHROOT; AddonMissingError
 */
export function findNamespacesIn(
  mountNsFd: number,
  mountPoints: readonly string[],
  keep = false,
): readonly Known<MountedNamespace>[] {
  return keepStandIn(() => {
    const root = openNamespaceRoot(mountNsFd);
    try {
      return mountPoints.map((point) => attempt(() => findBelow(root, point, keep)));
    } finally {
      closeSync(root);
    }
  });
}

/** A mount namespace's 64-bit id and its number of mounts. */
interface MountNamespaceInfo {
  readonly id: bigint;
  readonly mounts: number;
}

/**
 * @throws SyscallError ENOTTY before Linux 6.12, EINVAL when `fd` is no mount namespace
 * @see include/uapi/linux/nsfs.h NS_MNT_GET_INFO
 */
export function nsMntGetInfo(fd: number): MountNamespaceInfo {
  const [id, mounts] = requireAddon().nsMntGetInfo(fd);
  return { id, mounts };
}
