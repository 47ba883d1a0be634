// Which mount and which file system a word means: a path, a device, the id of a mount, or major:minor.
import type { Keeper } from '../../model/evidence/mount-use.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import { listFileSystemsOn, nameOwner } from './busy-world.ts';
import type { MountForest, PlacedMount } from './mount-forest.ts';

export interface BusySubject {
  readonly kind: 'path' | 'device' | 'mount';
  /** major:minor of the super block or block device. */
  readonly device: string;
  /** Those that are to be unmounted: of a device all that are in the mount namespace that is meant. */
  readonly mounts: readonly PlacedMount[];
  /** What there is to say of how the word was understood. */
  readonly notes: readonly string[];
}

/** What was found of a path: the mount that it lies on by the kernel's word, or why nothing was. */
export type FoundPath =
  | { readonly mount: number; readonly device: string; readonly realPath: string | undefined }
  | { readonly missing: string /** Whether a file system did not answer. */; readonly isSilent: boolean };

/** What was meant is not there. */
export class SubjectError extends Error {
  override readonly name = 'SubjectError';
}

/** @param namespace - the mount namespace in which the path is meant */
export function findPath(
  path: string,
  found: FoundPath,
  namespace: number,
  forest: MountForest,
  index: SnapshotIndex,
): BusySubject {
  const name = formatNamespace('mnt', namespace);
  if ('missing' in found) {
    const here = forest.findAt(namespace, path);
    if (here)
      return ofMount(here, [`the path was not looked at (${found.missing}): it is the mount point of this mount`]);
    const around = found.isSilent ? forest.findAround(namespace, path) : undefined;
    if (around)
      return ofMount(around, [`the path was not looked at (${found.missing}): by its text it lies on this mount`]);
    throw new SubjectError(`${path} in ${name}: ${found.missing}${listElsewhere(path, namespace, forest, index)}`);
  }
  const placed = forest.find(found.mount);
  if (!placed)
    throw new SubjectError(
      `${path} lies on mount ${found.mount}, which no mount table has: it was detached, or its mount namespace could not be read`,
    );
  const { mountPoint } = placed.mount;
  const real = found.realPath ?? path;
  // A link of /proc says so of a mount whose directory was deleted.
  const isMountPoint = real === mountPoint || real === `${mountPoint} (deleted)`;
  const notes = isMountPoint
    ? []
    : [
        `${path} is not a mount point: it lies on the mount on ${mountPoint === '' ? 'a path that is not reached' : mountPoint}`,
      ];
  const elsewhere = real === '/' ? [] : listOthers(real, namespace, forest, index, isMountPoint ? placed : undefined);
  const others = isMountPoint ? 'something else lies on this path' : 'it is a mount point';
  const under = forest
    .ofNamespace(placed.namespace)
    .filter((one) => one !== placed && one.mount.mountPoint === mountPoint);
  return ofMount(placed, [
    ...notes,
    ...(elsewhere.length > 0 ? [`${others} in ${elsewhere.join(', ')}: --in says which is meant`] : []),
    ...under.map(
      (one) => `below it ${one.mount.fsType} ${one.mount.source} (mount ${one.mount.oldId}) lies on the same path`,
    ),
  ]);
}

/** @param except - copies of this one are told of with what keeps its file system */
function listOthers(
  path: string,
  namespace: number,
  forest: MountForest,
  index: SnapshotIndex,
  except?: PlacedMount,
): string[] {
  const there = [...forest.all()].filter(
    ({ mount }) => mount.mountPoint === path && mount.device !== except?.mount.device,
  );
  const namespaces = new Set(there.map((one) => one.namespace));
  namespaces.delete(namespace);
  const named = [...namespaces].slice(0, maxNamed).map((one) => nameNamespace(one, index));
  return namespaces.size > maxNamed ? [...named, `${namespaces.size - maxNamed} more`] : named;
}

const maxNamed = 5;

function nameNamespace(inode: number, index: SnapshotIndex): string {
  const owner = nameOwner(inode, index);
  return owner === undefined ? formatNamespace('mnt', inode) : `${formatNamespace('mnt', inode)} (${owner})`;
}

function listElsewhere(path: string, namespace: number, forest: MountForest, index: SnapshotIndex): string {
  const others = listOthers(path, namespace, forest, index);
  return others.length === 0 ? '' : `; it is a mount point in ${others.join(', ')}: nscope busy --in TARGET ${path}`;
}

function ofMount(placed: PlacedMount, notes: readonly string[]): BusySubject {
  return { kind: 'mount', device: placed.mount.device, mounts: [placed], notes };
}

/** @param id - either of both: those that statmount(2) takes begin at 2^31 */
export function findMount(id: string, forest: MountForest): BusySubject {
  const placed = BigInt(id) >= 2n ** 31n ? forest.findUnique(id) : forest.find(Number(id));
  if (placed) return ofMount(placed, []);
  throw new SubjectError(`no mount has the id ${id}: it was unmounted, or its mount namespace could not be read`);
}

/**
 * @param device - major:minor
 * @param keepers - which file systems have it besides the one with its number
 */
export function findDevice(
  device: string,
  namespace: number,
  forest: MountForest,
  keepers: readonly Keeper[],
): BusySubject {
  const mounts = listFileSystemsOn(device, keepers)
    .flatMap((one) => forest.ofDevice(one))
    .filter((one) => one.namespace === namespace);
  const byDepth = mounts.map((placed) => ({ placed, depth: forest.depthOf(placed) })).sort((a, b) => b.depth - a.depth);
  return { kind: 'device', device, mounts: byDepth.map(({ placed }) => placed), notes: [] };
}
