// What keeps a file system or a device in use at this moment, and whatever is made of it or lies on its mounts.
import type { MountForest } from '../../analysis/busy/mount-forest.ts';
import { readMountUses } from '../../kernel/busy/mount-uses.ts';
import type { BusyEvidence, Keeper } from '../../model/evidence/mount-use.ts';

/**
 * @param device - major:minor of the super block or block device that was asked about
 * @param all - whatever the kernel keeps anything by
 */
export function readBusyEvidence(
  device: string,
  all: readonly Keeper[],
  forest: MountForest,
  bpf: boolean,
): BusyEvidence & { readonly devices: ReadonlySet<string>; readonly isByBpf: boolean } {
  const devices = findInvolved(device, all, forest);
  const deviceOfMount = new Map([...forest.all()].map(({ mount }) => [mount.oldId, mount.device]));
  const { uses, unseen, isByBpf } = readMountUses({ devices: [...devices], deviceOfMount, bpf });
  const keepers = all.filter(({ on }) => devices.has(on));
  const isUsed = (part: string) =>
    forest.ofDevice(part).length > 0 ||
    uses.some((use) => use.device === part) ||
    keepers.some(({ on, whole }) => on === part && whole === undefined);
  return {
    uses,
    keepers: keepers.filter(({ kind, device: part }) => kind !== 'partition' || (part !== undefined && isUsed(part))),
    unseen,
    devices,
    isByBpf,
  };
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
