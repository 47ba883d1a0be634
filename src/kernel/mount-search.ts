// The mounts of any mount namespace, by the best way that works here: listmount(2) and statmount(2) by its 64-bit id,
// without entering; a thread of the addon's own that enters it; mountinfo of a process in it.
import { isKnown, type Known } from '../model/known.ts';
import { parseMountinfo } from '../parse/mountinfo.ts';
import { loadAddon } from './addon.ts';
import { attempt, readTextFile } from './files.ts';
import { decodeMounts } from './mount-records.ts';
import { readMountinfoIn, readMounts } from './mounts.ts';
import { nsGetMntnsId } from './nsfs.ts';

export interface FoundMount {
  readonly fsType: string;
  /** major:minor of st_dev. */
  readonly device: string;
  /** What of the file system is mounted; for a namespace `net:[4026532992]`. */
  readonly root: string;
  /** Seen from the root of the mount namespace. */
  readonly path: string;
}

export interface MountSearch {
  /** A descriptor of the mount namespace, where there is one. */
  readonly fd: number | undefined;
  /** Its 64-bit id, where it is known. */
  readonly id: string | undefined;
  /** A process in it, where there is one. Should it live in a chroot, mountinfo shows less. */
  readonly member: number | undefined;
  /** Only mounts of these file systems: names as mountinfo has them, with their magic numbers. All when undefined. */
  readonly fileSystems: ReadonlyMap<string, number> | undefined;
}

export function searchMounts({ fd, id, member, fileSystems }: MountSearch): Known<readonly FoundMount[]> {
  const mntNsId = id ?? (fd === undefined ? undefined : attempt(() => String(nsGetMntnsId(fd))));
  if (typeof mntNsId === 'string' && 'addon' in loadAddon()) {
    const packed = attempt(() => readMounts(BigInt(mntNsId), [...(fileSystems?.values() ?? [])]));
    if (isKnown(packed)) return [...decodeMounts(packed)].map((mount) => ({ ...mount, path: mount.mountPoint }));
  }
  if (fd !== undefined) {
    const text = attempt(() => readMountinfoIn(fd));
    if (isKnown(text)) return fromMountinfo(text.toString('utf8'), fileSystems);
  }
  const text = readTextFile(`/proc/${member ?? 0}/mountinfo`);
  return isKnown(text) ? fromMountinfo(Buffer.from(text, 'latin1').toString('utf8'), fileSystems) : text;
}

function fromMountinfo(text: string, fileSystems: ReadonlyMap<string, number> | undefined): FoundMount[] {
  return parseMountinfo(text)
    .filter(({ fsType }) => fileSystems?.has(fsType) !== false)
    .map(({ fsType, device, root, mountPoint }) => ({ fsType, device, root, path: mountPoint }));
}
