// Two verdicts on a mount: what an unmount of it here needs, and what its file system or device needs to be free.
import type { MountUse } from '../../model/evidence/mount-use.ts';
import {
  type BusyWorld,
  findMountOf,
  goesAlong,
  isHeldHere,
  isPart,
  listFileSystemsOn,
  listKeepersOf,
  listUsesOf,
  staysWithNamespace,
} from './busy-world.ts';
import { type BusyRow, describeKeeper, describeMount, describeUse, explainCopy } from './find-rows.ts';
import type { BusySubject } from './find-subject.ts';
import type { PlacedMount } from './mount-forest.ts';
import { type ReleaseStep, ReleaseSteps } from './release-steps.ts';

export interface BusyVerdict {
  /** `refused`: nobody can, as long as a mount namespace lasts whose root it is, or in which it is locked. */
  readonly verdict: 'free' | 'busy' | 'refused';
  readonly rows: readonly BusyRow[];
  /** In the order that works; the last ones are the unmounts themselves. */
  readonly steps: readonly ReleaseStep[];
}

export interface BusyAnswer {
  /** Undefined where nothing of it is mounted where nscope is, or where --in said. */
  readonly unmount: BusyVerdict | undefined;
  /** Rows of what keeps it besides the mount that was asked about and those that go with it. */
  readonly fileSystem: BusyVerdict;
}

export function judgeBusy(subject: BusySubject, world: BusyWorld): BusyAnswer {
  return {
    unmount: subject.mounts.length === 0 ? undefined : judgeUnmount(subject.mounts, world),
    fileSystem: judgeFileSystem(subject, world),
  };
}

function judgeUnmount(mounts: readonly PlacedMount[], world: BusyWorld): BusyVerdict {
  const rows = mounts.flatMap((mount) => listObstacles(mount, world));
  const steps = new ReleaseSteps(world);
  for (const mount of mounts) steps.unmount(mount);
  const isRefused = mounts.some((one) => staysWithNamespace(one, world.forest));
  return { verdict: isRefused ? 'refused' : rows.length > 0 ? 'busy' : 'free', rows, steps: steps.list() };
}

/** For which umount(2) says EBUSY. */
function listObstacles(placed: PlacedMount, world: BusyWorld): BusyRow[] {
  const { forest } = world;
  const copies = forest.followersOf(placed).filter((one) => goesAlong(one, world));
  const below = forest.listBelow(placed);
  return [
    ...below.map((one) => describeMount(one, 'mount-below', world)),
    ...[...below, placed, ...copies].flatMap((one) => [
      ...listUsesOf(one, world).map((use) => describeUse(use, world, placed)),
      ...listKeepersOf(one, world).map(describeKeeper),
    ]),
  ];
}

function judgeFileSystem({ device, mounts }: BusySubject, world: BusyWorld): BusyVerdict {
  const { forest, uses, keepers } = world;
  const [subject] = mounts;
  const leaving = new Set(
    mounts.flatMap((one) => [one, ...forest.followersOf(one).filter((copy) => goesAlong(copy, world))]),
  );
  const devices = listFileSystemsOn(device, keepers);
  const isListed = (use: MountUse) => {
    const placed = findMountOf(use, world);
    return devices.includes(use.device) && !(placed && leaving.has(placed));
  };
  const rows = [
    ...devices
      .flatMap((one) => forest.ofDevice(one))
      .filter((one) => !leaving.has(one))
      .map((one) => describeMount(one, 'mount', world, explainCopy(one, subject, world))),
    ...uses.filter(isListed).map((use) => describeUse(use, world)),
    ...keepers
      .filter(
        (keeper) =>
          devices.includes(keeper.on) &&
          !isPart(keeper) &&
          ![...leaving].some((one) => one.mount.oldId === keeper.mount),
      )
      .map(describeKeeper),
  ];
  const steps = new ReleaseSteps(world);
  steps.freeDevice(device);
  const isRefused = devices.some((one) => forest.ofDevice(one).some((placed) => isHeldHere(placed, world)));
  const isUsed = rows.length > 0 || mounts.length > 0;
  return { verdict: isRefused ? 'refused' : isUsed ? 'busy' : 'free', rows, steps: steps.list() };
}
