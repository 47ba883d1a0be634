// What keeps a file system or a device in use at this moment, and whatever is made of it or lies on its mounts.
import { belowOf, type MountForest, type PlacedMount } from '../analysis/busy/mount-forest.ts';
import { type LoopDevice, readLoops, readStackedDevices, readSwaps } from '../kernel/busy/block-devices.ts';
import { readMountUses } from '../kernel/busy/mount-uses.ts';
import { lookAtPath } from '../kernel/busy/named-places.ts';
import type { BusyEvidence, Keeper } from '../model/evidence/mount-use.ts';
import { isKnown } from '../model/snapshot/known.ts';
import { parseOverlayLayers } from '../parse/storage/overlay-layers.ts';

/**
 * @param device - major:minor of the super block or block device that was asked about
 * @param own - the mount namespace that nscope is in
 */
export function readBusyEvidence(
  device: string,
  forest: MountForest,
  own: number,
  bpf: boolean,
): BusyEvidence & { readonly devices: ReadonlySet<string>; readonly isByBpf: boolean } {
  const keepers = listKeepers(forest, own);
  const devices = findInvolved(device, keepers, forest);
  const deviceOfMount = new Map([...forest.all()].map(({ mount }) => [mount.oldId, mount.device]));
  const { uses, unseen, isByBpf } = readMountUses({ devices: [...devices], deviceOfMount, bpf });
  return {
    uses,
    keepers: keepers.filter(({ on }) => devices.has(on)),
    unseen: [...unseen, ...listLostLayers(forest)],
    devices,
    isByBpf,
  };
}

/** Nobody but who mounted the overlay knows where a relative path began. */
function listLostLayers(forest: MountForest): string[] {
  return listOverlays(forest).flatMap(({ mount: { source, device, superOptions } }) => {
    const lost = parseOverlayLayers(superOptions).filter(({ kind, path }) => kind !== 'work' && !path.startsWith('/'));
    if (lost.length === 0) return [];
    return [
      `where the layers of the overlay ${source} (${device}) lie: ${lost.map(({ path }) => path).join(', ')} is relative`,
    ];
  });
}

/** The device, what is made of it, and what lies on mounts of these. */
function findInvolved(device: string, keepers: readonly Keeper[], forest: MountForest): ReadonlySet<string> {
  const devices = new Set([device]);
  for (const one of devices) {
    for (const keeper of keepers) if (keeper.on === one && keeper.device !== undefined) devices.add(keeper.device);
    for (const placed of forest.ofDevice(one))
      for (const { mount } of forest.listBelow(placed)) devices.add(mount.device);
  }
  return devices;
}

function listKeepers(forest: MountForest, own: number): Keeper[] {
  const place = makePlaceFinder(forest, own);
  return [
    ...readLoops().map((loop) => describeLoop(loop, findBacking(loop, place, forest))),
    ...readSwaps().flatMap(({ path, isFile }): Keeper[] => {
      const found = place(path);
      const on = isFile ? found?.device : found?.blockDevice;
      if (!found || on === undefined) return [];
      return [{ kind: 'swap', name: path, ...where(found, isFile), on }];
    }),
    ...readStackedDevices().flatMap(({ name, device, madeOf, mapped }) =>
      madeOf.map(
        (on): Keeper => ({
          ...{ kind: 'stacked', on, device, name: `/dev/${name}`, isInferred: false },
          ...(mapped === undefined ? {} : { mapped }),
        }),
      ),
    ),
    ...listOverlays(forest).flatMap(({ mount }) => listLayers(mount, place)),
  ];
}

interface Found {
  readonly mount: number | undefined;
  readonly device: string;
  /** By stat(2): of btrfs that of the subvolume. */
  readonly statDevice?: string;
  readonly blockDevice: string | undefined;
  /** By the text of the path. */
  readonly isInferred: boolean;
}

type PlaceFinder = (path: string) => Found | undefined;

/** By the kernel's word where the path leads there; what was deleted, or lies where nscope is not, by the text. */
function makePlaceFinder(forest: MountForest, own: number): PlaceFinder {
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

function where({ mount, device, isInferred }: Found, hasMount: boolean): Pick<Keeper, 'on' | 'mount' | 'isInferred'> {
  return { on: device, ...(hasMount && mount !== undefined ? { mount } : {}), isInferred };
}

/** What lies on its path is its file where it is of the file system that the kernel names; else some mount of that one. */
function findBacking({ backingFile, backing }: LoopDevice, place: PlaceFinder, forest: MountForest): Found | undefined {
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

function describeLoop({ name, device, backingFile, isAutoclear }: LoopDevice, found: Found | undefined): Keeper {
  const own = { kind: 'loop', device, name: `/dev/${name}`, path: backingFile, isAutoclear } as const;
  return found ? { ...own, ...where(found, true) } : { ...own, on: '', isInferred: true };
}

/** One mount of each. */
function listOverlays(forest: MountForest): readonly PlacedMount[] {
  const found = new Map<string, PlacedMount>();
  for (const placed of forest.all())
    if (placed.mount.fsType === 'overlay' && !found.has(placed.mount.device)) found.set(placed.mount.device, placed);
  return [...found.values()];
}

/**
 * Clones of mounts: they keep the super block, and not the mount. The options have the paths of who mounted it, which may
 * mean something else where nscope is, or by now.
 */
function listLayers({ device, source, superOptions }: PlacedMount['mount'], place: PlaceFinder): Keeper[] {
  return parseOverlayLayers(superOptions).flatMap(({ kind, path }): Keeper[] => {
    const found = kind === 'work' || !path.startsWith('/') ? undefined : place(path);
    return found ? [{ kind: 'overlay', device, name: source, path, ...where(found, false), isInferred: true }] : [];
  });
}
