// Which namespaces do mounted file systems hold? procfs a pid namespace, others a user namespace: the kernel's super
// blocks, by BPF. Where each is mounted is looked up only where that matters.
import { type FoundMounts, searchMounts } from '../kernel/mount-search.ts';
import { closeNamespace } from '../kernel/nsfs.ts';
import { openFound } from '../kernel/open-namespace.ts';
import { isKnown, type Known, notAsked } from '../model/known.ts';
import { formatNamespace } from '../model/namespace-types.ts';
import type { BpfSuperblockRecord } from '../parse/bpf-superblocks.ts';
import type { FoundNamespace, Source, SourceContext } from './source.ts';

export const fileSystems: Source = {
  name: 'file-systems',
  question: 'which namespaces do mounted file systems hold?',
  skip(context) {
    const skipped = context.skipHolders();
    if (skipped !== undefined) return skipped;
    if (!context.wanted.bpf) return 'BPF was not to be used';
    const { refused } = context.superblocks();
    return refused && `super blocks could not be read with BPF: ${refused.reason}`;
  },
  run(context: SourceContext): void {
    const records = (context.superblocks().records ?? []).filter(({ way }) => holdingWays.has(way));
    context.asked(records.length);
    const hidden = findHidden(context);
    const wanted = records.filter(
      ({ type, inode }) => context.wanted.mountPaths || hidden.has(formatNamespace(type, inode)),
    );
    const { places: mounted, unread } =
      wanted.length > 0 ? findMounted(context, wanted) : { places: new Map<string, Mounted[]>(), unread: 0 };
    const elsewhere = unread > 0 ? notFound : nowhere;
    for (const record of records) {
      const fsType = record.way === 'procfs' ? 'proc' : record.way === 'fuse' ? 'fuse' : 'of a user namespace';
      const places: readonly Mounted[] = wanted.includes(record)
        ? (mounted.get(deviceOf(record)) ?? [{ fsType, path: elsewhere, mountNamespace: elsewhere }])
        : [{ fsType, path: notAsked, mountNamespace: notAsked }];
      for (const place of places)
        context.emit({
          fact: 'holder',
          type: record.type,
          inode: record.inode,
          holder: Object.freeze({ kind: 'file-system', ...place }),
        });
    }
    context.searched(['file-system']);
  },
};

const holdingWays: ReadonlySet<string> = new Set(['procfs', 'fuse', 'file-system-user']);

interface Mounted {
  readonly fsType: string;
  /** Of what was found mounted. */
  readonly device?: string;
  readonly path: Known<string>;
  readonly mountNamespace: Known<number>;
}

const nowhere = Object.freeze({
  unknown: 'unsupported',
  detail: 'mounted in no mount namespace: a detached mount, which a descriptor holds',
} as const);

const notFound = Object.freeze({
  unknown: 'denied',
  detail: 'not mounted in any mount namespace that could be read as a whole: in another one, or a detached mount',
} as const);

/** Namespaces without a process, where a mount may be all that holds them. */
function findHidden(context: SourceContext): ReadonlySet<string> {
  const hidden = new Set<string>();
  for (const { type, inode, oldest } of context.found())
    if (oldest === undefined) hidden.add(formatNamespace(type, inode));
  return hidden;
}

function deviceOf({ deviceMajor, deviceMinor }: BpfSuperblockRecord): string {
  return `${deviceMajor}:${deviceMinor}`;
}

/** Looks in every mount namespace for mounts of these super blocks, which st_dev tells apart. */
function findMounted(context: SourceContext, records: readonly BpfSuperblockRecord[]) {
  let unread = 0;
  const places = new Map<string, Mounted[]>();
  const devices = new Set(records.map(deviceOf));
  for (const namespace of context.found()) {
    if (namespace.type !== 'mnt') continue;
    const found = readMountNamespace(context, namespace, devices);
    if (!isKnown(found) || found.cut !== undefined) unread++;
    if (!isKnown(found)) continue;
    for (const { fsType, device, path } of found.mounts) {
      if (!devices.has(device)) continue;
      const known = places.get(device) ?? [];
      known.push({ fsType, device, path, mountNamespace: namespace.inode });
      places.set(device, known);
    }
  }
  return { places, unread };
}

/** It is opened only where that matters: before 64-bit ids, and where nscope's own root may hide mounts. */
function readMountNamespace(
  context: SourceContext,
  namespace: FoundNamespace,
  devices: ReadonlySet<string>,
): Known<FoundMounts> {
  const own = context.host.vantage.namespaces.mnt === namespace.inode;
  const open = own || namespace.id === undefined ? openFound(namespace) : undefined;
  const fd = open !== undefined && isKnown(open) ? open.fd : undefined;
  try {
    return searchMounts({ fd, id: namespace.id, own, paths: namespace.paths, devices });
  } finally {
    if (open !== undefined && isKnown(open)) closeNamespace(open);
  }
}
