// What a path that the kernel gives leads to: its mount, its file system, and of a node of a block device that.
import type { MountForest } from '../../analysis/busy/mount-forest.ts';
import { lookAtPath } from '../../kernel/busy/named-places.ts';
import type { Keeper } from '../../model/evidence/mount-use.ts';
import { isKnown } from '../../model/snapshot/known.ts';

export interface FoundPlace {
  readonly mount: number | undefined;
  readonly device: string;
  /** By stat(2): of btrfs that of the subvolume. */
  readonly statDevice?: string;
  readonly blockDevice: string | undefined;
  /** By the text of the path. */
  readonly isInferred: boolean;
}

export type PlaceFinder = (path: string) => FoundPlace | undefined;

/**
 * By the kernel's word where the path leads there; what was deleted, or lies where nscope is not, by the text.
 * @param own - the mount namespace that nscope is in
 */
export function makePlaceFinder(forest: MountForest, own: number): PlaceFinder {
  return (path) => {
    const found = lookAtPath({ path });
    if (isKnown(found)) {
      const device = forest.find(found.mount)?.mount.device ?? found.device;
      return { ...found, device, statDevice: found.device, isInferred: false };
    }
    const around = forest.findAround(own, path.replace(/ \(deleted\)$/, ''));
    if (!around) return undefined;
    const { oldId, device } = around.mount;
    return { mount: oldId, device, blockDevice: undefined, isInferred: true };
  };
}

/** Of a keeper what it keeps. */
export type Kept = Pick<Keeper, 'on' | 'mount' | 'isInferred'>;

/** What an open file keeps: the mount and its file system; that of a device also the device. Nothing where it was not found. */
export function keptByFile(found: FoundPlace | undefined): readonly Kept[] {
  if (!found) return [];
  const { mount, device, blockDevice, isInferred } = found;
  const byMount = { on: device, ...(mount === undefined ? {} : { mount }), isInferred };
  return blockDevice === undefined ? [byMount] : [byMount, { on: blockDevice, isInferred }];
}
