// The namespaces that mounted file systems hold: procfs a pid namespace, others a user namespace, and a mount of
// /proc/PID or of a pidfd that of the process: the kernel's super blocks and mounts, by BPF. Where each is mounted is
// looked up only where that matters.
import { type FoundMounts, searchMounts } from '../../kernel/mounts/mount-search.ts';
import { closeNamespace } from '../../kernel/nsfs/nsfs.ts';
import { openFound } from '../../kernel/nsfs/open-namespace.ts';
import { isKnown, type Known, notAsked, type Unknown } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { Holder } from '../../model/snapshot/schema.ts';
import type { BpfSuperblockRecord } from '../../parse/records/bpf-superblocks.ts';
import type { FoundNamespace, Inputs } from '../contract/inputs.ts';
import { skipHolders } from '../contract/reasons.ts';
import type { Source } from '../contract/source.ts';

type Needs = 'host' | 'wanted' | 'namespaces' | 'superblocks';

export const fileSystems: Source<Needs> = {
  name: 'file-systems',
  question: 'which namespaces do mounted file systems hold?',
  skip(inputs) {
    const skipped = skipHolders(inputs);
    if (skipped !== undefined) return skipped;
    if (!inputs.wanted.bpf) return 'BPF was not to be used';
    const { refused } = inputs.superblocks();
    return refused && `super blocks could not be read with BPF: ${refused.reason}`;
  },
  run(inputs, report) {
    const all = inputs.superblocks().records ?? [];
    const records = all.filter(({ way }) => holdingWays.has(way));
    report.asked(records.length);
    const queues = new Set(all.filter(({ way }) => way === 'mqueue').map(deviceOf));
    const hidden = findHidden(inputs);
    const wanted = records.filter(
      ({ type, inode }) => inputs.wanted.mountPaths || hidden.has(formatNamespace(type, inode)),
    );
    const { places: mounted, unread } =
      wanted.length > 0 ? findMounted(inputs, wanted) : { places: new Map<string, Mounted[]>(), unread: 0 };
    const elsewhere = unread > 0 ? notFound : nowhere;
    for (const record of records) {
      // Every ipc namespace has an mqueue, mounted or not: nothing but that namespace, which is owned, keeps it there.
      if (queues.has(deviceOf(record)) && !mounted.has(deviceOf(record))) continue;
      const places = wanted.includes(record) ? (mounted.get(deviceOf(record)) ?? []) : undefined;
      const describe = record.way === 'process-mount' ? describeProcessMount : describeFileSystem;
      for (const holder of describe(record, places, elsewhere))
        report.emit({ fact: 'holder', type: record.type, inode: record.inode, holder: Object.freeze(holder) });
    }
    report.searched(['process-mount', 'file-system']);
  },
};

const holdingWays: ReadonlySet<string> = new Set(['procfs', 'fuse', 'file-system-user', 'process-mount']);

/** What was found mounted of a super block. */
interface Mounted {
  readonly fsType: string;
  readonly device: string;
  readonly path: string;
  readonly mountNamespace: number;
  readonly mountId: number;
}

/**
 * @param places - undefined where they were not looked up
 * @param elsewhere - why there is none
 */
function describeFileSystem(
  { way }: BpfSuperblockRecord,
  places: readonly Mounted[] | undefined,
  elsewhere: Unknown,
): Holder[] {
  const kind = 'file-system';
  if (places && places.length > 0) return places.map(({ mountId, ...place }) => ({ kind, ...place }));
  const fsType = way === 'procfs' ? 'proc' : way === 'fuse' ? 'fuse' : 'of a user namespace';
  const nothing = places ? elsewhere : notAsked;
  return [{ kind, fsType, path: nothing, mountNamespace: nothing }];
}

/** One mount, whose id mountinfo has as well. */
function describeProcessMount(
  { mountNamespaceInode, oldMountId }: BpfSuperblockRecord,
  places: readonly Mounted[] | undefined,
): Holder[] {
  const found = places?.find((one) => one.mountNamespace === mountNamespaceInode && one.mountId === oldMountId);
  const isDetached = mountNamespaceInode === 0;
  return [
    {
      kind: 'process-mount',
      path: found?.path ?? (isDetached ? nowhere : places ? unreadPlace : notAsked),
      mountNamespace: isDetached ? nowhere : mountNamespaceInode,
      mountId: oldMountId,
    },
  ];
}

const unreadPlace = Object.freeze({
  unknown: 'denied',
  detail: 'the kernel has it mounted in a place that could not be read',
} as const);

const nowhere = Object.freeze({
  unknown: 'unsupported',
  detail: 'mounted in no mount namespace: a detached mount, which a descriptor holds',
} as const);

const notFound = Object.freeze({
  unknown: 'denied',
  detail: 'not mounted in any mount namespace that could be read as a whole: in another one, or a detached mount',
} as const);

/** Namespaces without a process, where a mount may be all that holds them. */
function findHidden({ namespaces }: Pick<Inputs, 'namespaces'>): ReadonlySet<string> {
  const hidden = new Set<string>();
  for (const { type, inode, oldest } of namespaces.list())
    if (oldest === undefined) hidden.add(formatNamespace(type, inode));
  return hidden;
}

function deviceOf({ deviceMajor, deviceMinor }: BpfSuperblockRecord): string {
  return `${deviceMajor}:${deviceMinor}`;
}

/** Looks in every mount namespace for mounts of these super blocks, which st_dev tells apart. */
function findMounted(
  { host, namespaces }: Pick<Inputs, 'host' | 'namespaces'>,
  records: readonly BpfSuperblockRecord[],
) {
  let unread = 0;
  const places = new Map<string, Mounted[]>();
  const devices = new Set(records.map(deviceOf));
  for (const namespace of namespaces.list()) {
    if (namespace.type !== 'mnt') continue;
    const found = readMountNamespace(host, namespace, devices);
    if (!isKnown(found) || found.cut !== undefined) unread++;
    if (!isKnown(found)) continue;
    for (const { fsType, device, path, oldId } of found.mounts) {
      if (!devices.has(device)) continue;
      const known = places.get(device) ?? [];
      known.push({ fsType, device, path, mountNamespace: namespace.inode, mountId: oldId });
      places.set(device, known);
    }
  }
  return { places, unread };
}

/** It is opened only where that matters: before 64-bit ids, and where nscope's own root may hide mounts. */
function readMountNamespace(
  { vantage }: Inputs['host'],
  namespace: FoundNamespace,
  devices: ReadonlySet<string>,
): Known<FoundMounts> {
  const own = vantage.namespaces.mnt === namespace.inode;
  const open = own || namespace.id === undefined ? openFound(namespace) : undefined;
  const fd = open !== undefined && isKnown(open) ? open.fd : undefined;
  try {
    return searchMounts({ fd, id: namespace.id, own, paths: namespace.paths, devices });
  } finally {
    if (open !== undefined && isKnown(open)) closeNamespace(open);
  }
}
