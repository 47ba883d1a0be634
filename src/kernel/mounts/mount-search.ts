// The mounts of any mount namespace, by the best way that works here: listmount(2) and statmount(2) by its 64-bit id,
// without entering; a thread of the addon's own that enters it; mountinfo of a process in it.

import type { MountPlace } from '../../model/evidence/release-evidence.ts';
import { isKnown, type Known, unknownFromErrno } from '../../model/snapshot/known.ts';
import { parseMountinfo, readPropagationGroup } from '../../parse/proc/mountinfo.ts';
import { parseText } from '../../parse/text/text.ts';
import { loadAddon } from '../addon/addon.ts';
import { nameErrno } from '../addon/syscall-error.ts';
import { attempt, readLink, readTextFile } from '../files/files.ts';
import { nsGetMntnsId } from '../nsfs/nsfs.ts';
import { decodeMountErrors, decodeMounts } from './mount-records.ts';
import { readMountinfoIn, readMounts } from './mounts.ts';

export type FoundMount = MountPlace;

export interface FoundMounts {
  readonly mounts: readonly FoundMount[];
  /** Why there may be more: what was read shows the mounts below one directory alone. */
  readonly cut?: string;
}

interface MountSearch {
  /** A descriptor of the mount namespace, where there is one. */
  readonly fd: number | undefined;
  /** Its 64-bit id, where it is known. */
  readonly id: string | undefined;
  /** Whether nscope is in it, and sees no more than its own root leads to. */
  readonly own: boolean;
  /** Links of tasks in it, among others: should a task live in a chroot, its mountinfo shows less, and another is asked. */
  readonly paths: readonly string[];
  /** Only mounts of these file systems, by the names that mountinfo has, with their magic numbers; */
  readonly fileSystems?: ReadonlyMap<string, number> | undefined;
  /** and of these super blocks: major:minor. All mounts where neither is given. */
  readonly devices?: ReadonlySet<string> | undefined;
}

/** @returns the mounts, or why no way led to them: the refusal of the last way that could be tried */
export function searchMounts(search: MountSearch): Known<FoundMounts> {
  const { fd, id, own, paths } = search;
  let refusal = unknownFromErrno('ENOENT');
  const mntNsId = id ?? (fd === undefined ? undefined : attempt(() => String(nsGetMntnsId(fd))));
  if (typeof mntNsId === 'string' && 'addon' in loadAddon()) {
    const read = (from?: number) => attempt(() => readByStatmount(BigInt(mntNsId), search, from));
    const found = read(own ? fd : undefined);
    if (isKnown(found)) return found;
    const less = own ? read() : found;
    if (isKnown(less)) return own && isInChroot() ? { ...less, cut: 'nscope lives in a chroot' } : less;
    refusal = less;
  }
  if (fd !== undefined) {
    const text = attempt(() => readMountinfoIn(fd));
    if (isKnown(text)) return { mounts: fromMountinfo(parseText(text), search) };
    refusal = text;
  }
  let cut: FoundMounts | undefined;
  for (const path of paths) {
    const member = /^(\/proc\/\d+(?:\/task\/\d+)?)\/ns\/mnt$/.exec(path)?.[1];
    if (member === undefined) continue;
    const text = readTextFile(`${member}/mountinfo`);
    if (!isKnown(text)) {
      refusal = text;
      continue;
    }
    const mounts = fromMountinfo(text, search);
    const root = readLink(`${member}/root`);
    // A kernel thread has a root of its own and sees none, from Linux 7.3 on, while its link says "/".
    if (text === '') {
      cut ??= { mounts, cut: `${member} sees no mounts` };
      continue;
    }
    if (root === '/') return { mounts };
    cut ??= { mounts, cut: isKnown(root) ? `${member} lives in a chroot` : `the root of ${member} is not known` };
  }
  return cut ?? refusal;
}

/**
 * @throws SyscallError as readMounts, and what statmount(2) refused: a mount that went away meanwhile is no refusal
 */
function readByStatmount(
  id: bigint,
  { fileSystems, devices }: MountSearch,
  fd: number | undefined,
): Known<FoundMounts> {
  const packed = readMounts(id, { magics: [...(fileSystems?.values() ?? [])], devices: [...(devices ?? [])] }, fd);
  const refused = decodeMountErrors(packed)
    .map(nameErrno)
    .find((errno) => errno !== 'ENOENT');
  if (refused !== undefined) return unknownFromErrno(refused);
  return { mounts: [...decodeMounts(packed)].map((mount) => ({ ...mount, path: mount.mountPoint })) };
}

/** A directory that is no mount point is nobody's root but by chroot(2); one that is may be a namespace's own. */
function isInChroot(): boolean {
  const text = readTextFile('/proc/self/mountinfo');
  return isKnown(text) && !parseMountinfo(text).some(({ mountPoint }) => mountPoint === '/');
}

/** Lines that cannot be wanted are not taken apart: there may be 100,000 of them. */
function fromMountinfo(text: string, { fileSystems = new Map(), devices = new Set() }: MountSearch): FoundMount[] {
  const signs = [
    ...[...fileSystems.keys()].map((name) => ` - ${name} `),
    ...[...devices.keys()].map((one) => ` ${one} `),
  ];
  const lines = text.split('\n').filter((line) => signs.length === 0 || signs.some((sign) => line.includes(sign)));
  return parseMountinfo(lines.join('\n'))
    .filter(({ fsType, device }) => signs.length === 0 || fileSystems.has(fsType) || devices.has(device))
    .map(({ id, parentId, mountPoint, propagation, ...mount }) => ({
      ...mount,
      oldId: id,
      oldParentId: parentId,
      path: mountPoint,
      peerGroup: readPropagationGroup(propagation, 'shared'),
      master: readPropagationGroup(propagation, 'master'),
    }));
}
