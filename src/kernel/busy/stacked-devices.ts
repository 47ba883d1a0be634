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
  if (isLinked(`/sys/block/${name}`)) return { by: 'bcache', file: `/sys/block/${name}/bcache/stop` };
  return undefined;
}

/** Of a device that bcache makes `bcache` is a link to the directory of the one that it has taken. */
function isLinked(directory: string): boolean {
  return isKnown(readLink(`${directory}/bcache`));
}

/** A device that bcache keeps for itself. */
export interface CachedDevice {
  /** major:minor. */
  readonly device: string;
  /** Whether it is the cache; else it is one that is cached, or that waits for its cache. */
  readonly isCache: boolean;
  /** Who writes 1 there makes bcache give it back. */
  readonly stopFile: string;
}

export function readCachedDevices(): CachedDevice[] {
  return listBlockDevices().flatMap((disk) => {
    const own = `/sys/block/${disk.name}`;
    const parts = listPartitions(disk).map(({ name, device }) => ({ device, directory: `${own}/${name}` }));
    return [{ device: disk.device, directory: own }, ...parts].flatMap(({ device, directory }): CachedDevice[] => {
      if (isLinked(directory) || listNames(`${directory}/bcache`).length === 0) return [];
      const set = readLink(`${directory}/bcache/set`);
      const uuid = isKnown(set) ? set.split('/').at(-1) : undefined;
      const stopFile = uuid === undefined ? `${directory}/bcache/stop` : `/sys/fs/bcache/${uuid}/stop`;
      return [{ device, isCache: uuid !== undefined, stopFile }];
    });
  });
}
