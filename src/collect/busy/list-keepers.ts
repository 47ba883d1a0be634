// Whatever the kernel itself keeps file systems and block devices by, one entry for each thing that is kept.
import { belowOf, type MountForest } from '../../analysis/busy/mount-forest.ts';
import {
  type BlockDevice,
  listBlockDevices,
  listPartitions,
  readSwaps,
  toNode,
} from '../../kernel/busy/block-devices.ts';
import { type LoopDevice, readLoops } from '../../kernel/busy/loop-devices.ts';
import { readNfsExports } from '../../kernel/busy/nfs-exports.ts';
import { readCachedDevices, readStackedDevices } from '../../kernel/busy/stacked-devices.ts';
import type { Keeper } from '../../model/evidence/mount-use.ts';
import { nameExport } from '../../parse/storage/nfs-exports.ts';
import { type FoundPlace, keptByFile, makePlaceFinder, type PlaceFinder } from './find-place.ts';
import { listFileSystemDevices } from './list-file-system-devices.ts';
import { type FoundLayers, findLayers } from './list-layers.ts';

/**
 * @param own - the mount namespace that nscope is in
 * @param pids - of a process of each other network namespace
 */
export function listKeepers(forest: MountForest, own: number, pids: readonly number[]): FoundLayers {
  const place = makePlaceFinder(forest, own);
  const ofDevices = [...listSwaps(place), ...listStacked(), ...listFileSystemDevices(forest, place)];
  const layers = findLayers(forest, own, place);
  const keepers = [
    ...readLoops().flatMap((loop) => describeLoop(loop, findBacking(loop, place, forest))),
    ...ofDevices,
    ...listBlockDevices().flatMap((disk) => describePartitions(disk, ofDevices, forest)),
    ...layers.keepers,
    ...listExports(place, pids),
  ];
  return { keepers, lost: layers.lost };
}

function listSwaps(place: PlaceFinder): Keeper[] {
  return readSwaps().flatMap(({ path }) =>
    keptByFile(place(path)).map((kept): Keeper => ({ kind: 'swap', name: path, ...kept })),
  );
}

function listStacked(): Keeper[] {
  const stacked = readStackedDevices();
  return [
    ...stacked.flatMap(({ name, device, madeOf, takenApart }) =>
      madeOf.map(
        (on): Keeper => ({
          ...{ kind: 'stacked', on, device, name: toNode(name), isInferred: false },
          ...(takenApart && { takenApart }),
        }),
      ),
    ),
    // Of one from which a device is made that device is listed.
    ...readCachedDevices()
      .filter(({ device, isCache }) => isCache || !stacked.some(({ madeOf }) => madeOf.includes(device)))
      .map(({ device, isCache, stopFile }): Keeper => {
        const name = isCache ? 'a cache set of bcache' : 'bcache';
        return { kind: 'stacked', on: device, name, takenApart: { by: 'bcache', file: stopFile }, isInferred: false };
      }),
  ];
}

/** Who has the whole device has its partitions, and a partition that is in use lets nobody have the whole. */
function describePartitions(disk: BlockDevice, keepers: readonly Keeper[], forest: MountForest): Keeper[] {
  const [mounted] = forest.ofDevice(disk.device);
  const ofDisk: Keeper[] = mounted
    ? [{ kind: 'file-system', on: disk.device, device: disk.device, name: mounted.mount.source, isInferred: false }]
    : [];
  const whole = [...ofDisk, ...keepers.filter(({ on, mount }) => on === disk.device && mount === undefined)];
  return listPartitions(disk).flatMap(({ name, device }): Keeper[] => [
    { kind: 'partition', on: disk.device, device, name: toNode(name), isInferred: false },
    ...whole.map((keeper) => ({ ...keeper, on: device, whole: toNode(disk.name) })),
  ]);
}

function listExports(place: PlaceFinder, pids: readonly number[]): Keeper[] {
  return readNfsExports(pids).flatMap(({ path, client, flushFile, isInTable }) => {
    const takenApart: Keeper['takenApart'] = isInTable
      ? { by: 'exportfs', name: nameExport({ path, client }) }
      : { by: 'nfsd', file: flushFile };
    const [kept] = keptByFile(place(path));
    return kept ? [{ kind: 'export', name: client, path, takenApart, ...kept, isInferred: true }] : [];
  });
}

/** What lies on its path is its file where it is of the file system that the kernel names; else some mount of that one. */
function findBacking(
  { backingFile, backing }: LoopDevice,
  place: PlaceFinder,
  forest: MountForest,
): FoundPlace | undefined {
  const found = place(backingFile);
  if (backing === undefined) return found && { ...found, isInferred: true };
  if (found && (found.device === backing || found.statDevice === backing)) return found;
  const path = backingFile.replace(/ \(deleted\)$/, '');
  const mounts = forest.ofDevice(backing);
  const [only, ...others] = mounts.filter(({ mount }) => belowOf(mount.mountPoint, path) !== undefined);
  if (only && others.length === 0)
    return { mount: only.mount.oldId, device: backing, blockDevice: undefined, isInferred: true };
  return mounts.length > 0
    ? { mount: undefined, device: backing, blockDevice: undefined, isInferred: true }
    : undefined;
}

function describeLoop({ name, device, backingFile, isAutoclear }: LoopDevice, found: FoundPlace | undefined): Keeper[] {
  const own = { kind: 'loop', device, name: toNode(name), path: backingFile, isAutoclear } as const;
  return keptByFile(found).map((kept) => ({ ...own, ...kept }));
}
