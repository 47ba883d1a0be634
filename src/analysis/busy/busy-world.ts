// All that a question of what is busy is answered from.
import type { BusyEvidence, Keeper, MountUse } from '../../model/evidence/mount-use.ts';
import type { ReleaseEvidence } from '../../model/evidence/release-evidence.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import { nameWorkload } from '../listing/workloads.ts';
import type { MountForest, PlacedMount } from './mount-forest.ts';

/** `release`: what is read of those that would have to be released; its rooms are the mount namespaces in question. */
export interface BusyWorld extends BusyEvidence {
  readonly index: SnapshotIndex;
  readonly forest: MountForest;
  readonly release: ReleaseEvidence;
}

/** The mount that a use is on: of a mapped file that /proc told of, the one that its path suggests. */
export function findMountOf(use: MountUse, { forest, index }: BusyWorld): PlacedMount | undefined {
  if (use.mount !== undefined) return forest.find(use.mount);
  const inode = index.process(use.tid)?.namespaces.mnt ?? index.process(use.pid)?.namespaces.mnt;
  if (use.kind !== 'mapped-file' || use.path === undefined || inode === undefined || !isKnown(inode)) return undefined;
  const around = forest.findAround(inode, use.path);
  return around?.mount.device === use.device ? around : undefined;
}

/** What lies on this very mount. */
export function listUsesOf(placed: PlacedMount, world: BusyWorld): readonly MountUse[] {
  let uses = usesByMount.get(world);
  if (!uses) {
    uses = new Map();
    for (const use of world.uses) {
      const on = findMountOf(use, world);
      if (on) uses.set(on, [...(uses.get(on) ?? []), use]);
    }
    usesByMount.set(world, uses);
  }
  return uses.get(placed) ?? [];
}

/** There may be thousands of both: put together once. */
const usesByMount = new WeakMap<BusyWorld, Map<PlacedMount, readonly MountUse[]>>();

/** What the kernel keeps through this very mount. */
export function listKeepersOf({ mount }: PlacedMount, { keepers }: BusyWorld): readonly Keeper[] {
  return keepers.filter((keeper) => keeper.mount === mount.oldId);
}

/** The numbers of the file systems whose data lie on a device: its own, and those of a btrfs and the like. */
export function listFileSystemsOn(device: string, keepers: readonly Keeper[]): readonly string[] {
  const others = keepers.filter((one) => one.on === device && isPart(one)).flatMap((one) => one.device ?? []);
  return [...new Set([device, ...others])];
}

/** Of a file system whose number is not that of the device, as of a btrfs. */
export function isPart({ kind, role, whole, device }: Keeper): boolean {
  return kind === 'file-system' && role === 'part' && whole === undefined && device !== undefined;
}

/** Whether an unmount of `placed` takes a follower along: not one on which others lie. */
export function goesAlong(follower: PlacedMount, { forest }: Pick<BusyWorld, 'forest'>): boolean {
  return forest.childrenOf(follower).length === 0;
}

/** Whose mount namespace it is: the workload of those in it, else undefined. */
export function nameOwner(namespace: number, index: SnapshotIndex): string | undefined {
  if (index.snapshot.host.vantage.namespaces.mnt === namespace) return undefined;
  const workloads = new Set(
    index.membersOf('mnt', namespace).flatMap(({ pid }) => {
      const workload = index.workloadOf(pid);
      return workload ? [nameWorkload(workload)] : [];
    }),
  );
  return workloads.size === 0 ? undefined : [...workloads].slice(0, 3).join(', ');
}

/** `/data in mnt:[4026532253]`; where nscope is, the path alone. */
export function describePlace({ mount, namespace }: PlacedMount, index: SnapshotIndex): string {
  const path = mount.mountPoint === '' ? 'a mount that its root does not lead to' : mount.mountPoint;
  if (index.snapshot.host.vantage.namespaces.mnt === namespace) return path;
  const owner = nameOwner(namespace, index);
  return `${path} in ${formatNamespace('mnt', namespace)}${owner === undefined ? '' : ` of ${owner}`}`;
}

/** Whether no umount(8) takes it off alone: the root of a mount namespace, and what is locked. */
export function staysWithNamespace(placed: PlacedMount, forest: MountForest): boolean {
  return forest.parentOf(placed) === undefined || placed.mount.locked === true;
}

/** Whether it stays as long as nscope or the host: such a mount in a mount namespace of theirs. */
export function isHeldHere(placed: PlacedMount, { forest, index }: Pick<BusyWorld, 'forest' | 'index'>): boolean {
  const { namespace } = placed;
  const isOurs =
    index.snapshot.host.vantage.namespaces.mnt === namespace || index.namespace('mnt', namespace)?.initial === true;
  return isOurs && staysWithNamespace(placed, forest);
}
