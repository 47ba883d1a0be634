// Which block devices a mounted file system keeps besides the one whose number it has: all of a btrfs, whose number is of no
// device, and the logs that lie on devices of their own. btrfs(5), xfs(5), ext4(5)
import type { MountForest, PlacedMount } from '../../analysis/busy/mount-forest.ts';
import { listBlockDevices, listPartitions } from '../../kernel/busy/block-devices.ts';
import { readBtrfsDevices, readExternalJournals } from '../../kernel/busy/file-system-devices.ts';
import type { Keeper } from '../../model/evidence/mount-use.ts';
import type { PlaceFinder } from './find-place.ts';

export function listFileSystemDevices(forest: MountForest, place: PlaceFinder): Keeper[] {
  return [...listBtrfs(forest, place), ...listXfsLogs(forest, place), ...listJournals()];
}

/** One that no mount has any more is in use as well: what keeps it is not known by its devices. */
function listBtrfs(forest: MountForest, place: PlaceFinder): Keeper[] {
  const mounted = oneMountOfEach(forest, 'btrfs').map(({ mount }) => ({
    mount,
    one: place(mount.source)?.blockDevice,
  }));
  return readBtrfsDevices().flatMap(({ uuid, devices }) => {
    const mount = mounted.find(({ one }) => one !== undefined && devices.includes(one))?.mount;
    return devices.map((on): Keeper => {
      const own = { kind: 'file-system', on, role: 'part', isInferred: false } as const;
      return mount ? { ...own, name: mount.source, device: mount.device } : { ...own, name: `btrfs ${uuid}` };
    });
  });
}

/** The options have the path that was given to mount(8), and what lies there by now may be another device. */
function listXfsLogs(forest: MountForest, place: PlaceFinder): Keeper[] {
  return oneMountOfEach(forest, 'xfs').flatMap(({ mount: { superOptions, device, source } }) =>
    superOptions.flatMap((option): Keeper[] => {
      const [, kind, path = ''] = /^(logdev|rtdev)=(.+)$/s.exec(option) ?? [];
      const on = kind === undefined ? undefined : place(path)?.blockDevice;
      if (on === undefined) return [];
      const role = kind === 'logdev' ? 'log' : 'part';
      return [{ kind: 'file-system', on, device, name: source, role, isInferred: true }];
    }),
  );
}

function listJournals(): Keeper[] {
  const journals = readExternalJournals();
  if (journals.length === 0) return [];
  const all = listBlockDevices().flatMap((disk) => [disk, ...listPartitions(disk)]);
  const numberOf = (name: string) => all.find((one) => one.name === name)?.device;
  return journals.flatMap(({ fileSystem, journal }): Keeper[] => {
    const [on, device] = [numberOf(journal), numberOf(fileSystem)];
    if (on === undefined || device === undefined) return [];
    return [{ kind: 'file-system', on, device, name: `/dev/${fileSystem}`, role: 'log', isInferred: false }];
  });
}

export function oneMountOfEach(forest: MountForest, fsType: string): readonly PlacedMount[] {
  const found = new Map<string, PlacedMount>();
  for (const placed of forest.all())
    if (placed.mount.fsType === fsType && !found.has(placed.mount.device)) found.set(placed.mount.device, placed);
  return [...found.values()];
}
