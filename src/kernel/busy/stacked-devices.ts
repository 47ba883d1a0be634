// Block devices that are made of others: device mapper, md and the like by `slaves` in sysfs, and what bcache has taken.
// sysfs-block, bcache.rst of the kernel's Documentation/
import type { Keeper } from '../../model/evidence/mount-use.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { readLink } from '../files/files.ts';
import { type BlockDevice, listBlockDevices, listNames, listPartitions, readLine } from './block-devices.ts';

export interface StackedDevice extends BlockDevice {
  /** major:minor of those that it is made of. */
  readonly madeOf: readonly string[];
  readonly takenApart: Keeper['takenApart'];
}

export function readStackedDevices(): StackedDevice[] {
  return listBlockDevices().flatMap(({ name, device }) => {
    const below = listNames(`/sys/block/${name}/slaves`);
    if (below.length === 0) return [];
    const madeOf = below.flatMap((one) => readLine(`/sys/block/${name}/slaves/${one}/dev`) ?? []);
    return [{ name, device, madeOf, takenApart: findWay(name) }];
  });
}

function findWay(name: string): Keeper['takenApart'] {
  const mapped = readLine(`/sys/block/${name}/dm/name`);
  if (mapped !== undefined) return { by: 'dmsetup', name: mapped };
  if (listNames(`/sys/block/${name}/md`).length > 0) return { by: 'mdadm', name };
  return undefined;
}

/** A device that bcache keeps for itself, also where nothing is made of it yet. */
export interface CachedDevice {
  /** major:minor. */
  readonly device: string;
  readonly name: string;
  readonly isCache: boolean;
  /** Who writes 1 there makes bcache give it back. */
  readonly stopFile: string;
}

export function readCachedDevices(): CachedDevice[] {
  return listBlockDevices().flatMap((disk) => {
    const own = `/sys/block/${disk.name}`;
    const parts = listPartitions(disk).map((part) => ({ ...part, directory: `${own}/${part.name}` }));
    return [{ ...disk, directory: own }, ...parts].flatMap(({ name, device, directory }): CachedDevice[] => {
      if (listNames(`${directory}/bcache`).length === 0) return [];
      const set = readLink(`${directory}/bcache/set`);
      const uuid = isKnown(set) ? set.split('/').at(-1) : undefined;
      if (uuid === undefined) return [{ device, name, isCache: false, stopFile: `${directory}/bcache/stop` }];
      return [{ device, name, isCache: true, stopFile: `/sys/fs/bcache/${uuid}/stop` }];
    });
  });
}
