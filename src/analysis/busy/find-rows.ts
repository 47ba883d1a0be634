// What keeps a mount, or a file system, one row for each thing.
import type { Keeper, MountUse, MountUseKind } from '../../model/evidence/mount-use.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import { nameWorkload } from '../listing/workloads.ts';
import { describeCommand } from '../release/command.ts';
import { type BusyWorld, describePlace, findMountOf, nameOwner } from './busy-world.ts';
import type { PlacedMount } from './mount-forest.ts';

export const busyKinds = [
  'open-file',
  'directory',
  'path-only',
  'bound-socket',
  'in-flight',
  'open-device',
  'cwd',
  'root',
  'program',
  'mapped-file',
  'mount',
  'mount-below',
  'overlay',
  'loop',
  'swap',
  'stacked',
  'partition',
  'file-system',
  'export',
] as const;

/** One thing that keeps it. Not yet safe for a terminal. */
export interface BusyRow {
  readonly kind: (typeof busyKinds)[number];
  /** The command of a process, the type of a mount, the name of a device. */
  readonly what: string;
  readonly pid?: number;
  readonly tid?: number;
  readonly fd?: number;
  /** Of the open file, the layer, the backing file; of a mount its mount point. */
  readonly path?: string;
  readonly workload?: string;
  /** The mount namespace of the mount: `mnt:[4026532253]`. */
  readonly mountNamespace?: string;
  /** The id of the mount in mountinfo. */
  readonly mountId?: number;
  readonly note?: string;
}

const kindOf: Readonly<Record<MountUseKind, BusyRow['kind']>> = {
  'open-file': 'open-file',
  'bound-socket': 'bound-socket',
  'in-flight': 'in-flight',
  'open-device': 'open-device',
  cwd: 'cwd',
  root: 'root',
  program: 'program',
  'mapped-file': 'mapped-file',
};

/** @param subject - the mount that was asked about, where others lie on it */
export function describeUse(use: MountUse, world: BusyWorld, subject?: PlacedMount): BusyRow {
  const { index } = world;
  const { pid, tid, fd, path, kind } = use;
  const process = index.process(pid);
  const workload = index.workloadOf(pid);
  const placed = findMountOf(use, world);
  const note = explainUse(use, placed, world, subject);
  const isOpen = kind === 'open-file';
  return {
    kind: isOpen && use.isPathOnly ? 'path-only' : isOpen && use.isDirectory ? 'directory' : kindOf[kind],
    what: process ? describeCommand(process) : `process ${pid}`,
    pid,
    ...(tid === pid ? {} : { tid }),
    ...(fd === undefined ? {} : { fd }),
    ...(path === undefined ? {} : { path }),
    ...(workload === undefined ? {} : { workload: nameWorkload(workload) }),
    ...(placed ? { mountNamespace: formatNamespace('mnt', placed.namespace) } : {}),
    ...(use.mount === undefined ? {} : { mountId: use.mount }),
    ...(note === undefined ? {} : { note }),
  };
}

function explainUse(
  use: MountUse,
  placed: PlacedMount | undefined,
  { index }: BusyWorld,
  subject: PlacedMount | undefined,
): string | undefined {
  const { kind, state, socket } = use;
  const notes = [
    kind === 'bound-socket' ? `socket:[${socket}] is bound to a name there` : undefined,
    kind === 'in-flight' ? 'waits in the queue of this unix socket (SCM_RIGHTS)' : undefined,
    subject && placed && placed.namespace === subject.namespace && placed !== subject
      ? `on ${placed.mount.mountPoint}`
      : undefined,
    explainPlace(use, placed, index.snapshot.host.vantage.namespaces.mnt),
    state === undefined && placed === undefined && kind !== 'mapped-file' && kind !== 'open-device'
      ? 'inferred: on a lazily detached mount (umount -l), or in a mount namespace that was not seen'
      : undefined,
  ].filter((note) => note !== undefined);
  return notes.length === 0 ? undefined : notes.join('; ');
}

function explainPlace({ state }: MountUse, placed: PlacedMount | undefined, own: unknown): string | undefined {
  switch (state) {
    case 'detached':
      return 'on a mount that was detached lazily (umount -l): it goes when this is closed';
    case 'anonymous':
      return 'on a mount that is in no mount namespace (open_tree, fsmount)';
    case 'internal':
      return "on a mount of the kernel's own";
    default:
      return placed && placed.namespace !== own
        ? `on ${placed.mount.mountPoint} in ${formatNamespace('mnt', placed.namespace)}`
        : undefined;
  }
}

export function describeKeeper(keeper: Keeper): BusyRow {
  const { kind, name, path, isInferred, whole } = keeper;
  const notes = [
    explainKeeper(keeper),
    whole === undefined ? undefined : `of all of ${whole}, a part of which this is`,
    isInferred ? 'inferred from the text of its path' : undefined,
  ].filter((note) => note !== undefined);
  return { kind, what: name, ...(path === undefined ? {} : { path }), note: notes.join('; ') };
}

function explainKeeper({ kind, device, role }: Keeper): string {
  switch (kind) {
    case 'overlay':
      return `the overlay ${device} has a layer in it`;
    case 'loop':
      return 'its file lies there';
    case 'swap':
      return 'the kernel swaps to it';
    case 'stacked':
      return device === undefined ? 'has taken it' : 'is made of it';
    case 'partition':
      return 'a part of it, which is in use';
    case 'export':
      return 'the NFS server exports the directory to these';
    case 'file-system':
      if (role === 'log') return `the file system ${device} has its log on it`;
      return device === undefined ? 'is in use, and no mount of it was seen' : `the file system ${device} lies on it`;
  }
}

export function describeMount(
  placed: PlacedMount,
  kind: 'mount' | 'mount-below',
  world: BusyWorld,
  note?: string,
): BusyRow {
  const { mount, namespace } = placed;
  const workload = nameOwner(namespace, world.index);
  return {
    kind,
    what: mount.fsType === 'nsfs' ? mount.root.replace(/^\//, '') : `${mount.fsType} ${mount.source}`.trim(),
    path: mount.mountPoint,
    ...(workload === undefined ? {} : { workload }),
    mountNamespace: formatNamespace('mnt', namespace),
    mountId: mount.oldId,
    ...(note === undefined ? {} : { note }),
  };
}

/** Whether a copy goes when `subject` is unmounted, and what it keeps if not. */
export function explainCopy(copy: PlacedMount, subject: PlacedMount | undefined, world: BusyWorld): string | undefined {
  if (!subject || copy === subject) return undefined;
  const place = describePlace(subject, world.index);
  if (world.forest.followersOf(subject).includes(copy))
    return world.forest.childrenOf(copy).length === 0
      ? `goes with ${place}: it lies on a peer or a slave`
      : `stays when ${place} is unmounted, since others lie on it`;
  return `stays when ${place} is unmounted, and keeps the file system`;
}
