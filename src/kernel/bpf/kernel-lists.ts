// The kernel's own lists of namespaces, by whatever way this kernel offers: BPF over its tables, listns(2) with file
// handles, NS_MNT_GET_NEXT. Each way says of which types it gives every namespace.
import type { NamespaceFact } from '../../model/facts/facts.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { type NamespaceType, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import type { PidNamespaceStage } from '../../model/snapshot/pid-namespace-stage.ts';
import { BpfNamespaceList } from '../../parse/records/bpf-namespaces.ts';
import { type BpfSuperblockRecord, parseBpfSuperblocks } from '../../parse/records/bpf-superblocks.ts';
import { attempt, closeDescriptor } from '../files/files.ts';
import { walkMountNamespaces } from '../mounts/mount-walk.ts';
import { openNsHandle } from '../nsfs/handles.ts';
import { listns, parseIds } from '../nsfs/listns.ts';
import { closeNamespace, identify, nsGetNstype, openNamespace } from '../nsfs/nsfs.ts';
import { takeFirstIds, takeFirstWalk } from '../proc/prepared-scan.ts';
import type { BpfRefusal } from './refusal.ts';
import { readBpfNamespaces, readBpfSuperblocks } from './run.ts';

export interface Listing {
  readonly source: string;
  readonly wholeTypes: readonly NamespaceType[];
  readonly facts: readonly NamespaceFact[];
  /** How many entries of the kernel's list there was no room for. */
  readonly missed: number;
}

/** A way that does not work here, and why. */
export interface NoListing extends BpfRefusal {
  readonly source: string;
}

/** Every namespace of all types, from the kernel's lists: the same object while they stay the same. Linux 6.18 with BPF. */
export function listByBpf(dev: number | undefined): Listing | NoListing {
  const reading = readBpfNamespaces();
  if ('refused' in reading) return { source: 'BPF', ...reading.refused };
  const { missed } = reading;
  const list = new BpfNamespaceList(reading.bytes);
  const ids = list.records.map((record) => list.idOf(record));
  const stages = list.records.map((record) => (list.typeOf(record) === 'pid' ? list.stageOf(record) : undefined));
  if (before && before.dev === dev && isEqual(before.ids, ids) && isEqual(before.stages, stages)) return before.listing;
  const facts = list.records.map((record, i) => describe(list, record, ids[i] ?? 0, dev));
  const listing: Listing = { source: 'BPF', wholeTypes: missed > 0 ? [] : namespaceTypes, facts, missed };
  if (missed === 0) before = { dev, ids, stages, listing };
  return listing;
}

function describe(list: BpfNamespaceList, record: number, id: number, dev: number | undefined): NamespaceFact {
  const type = list.typeOf(record);
  const owner = list.ownerInodeOf(record);
  const fact: { -readonly [K in keyof NamespaceFact]: NamespaceFact[K] } = {
    fact: 'namespace',
    type,
    inode: list.inodeOf(record),
    id: String(id),
    // The initial user namespace alone has no owner.
    owner: owner === 0 ? null : owner,
  };
  if (dev !== undefined) fact.dev = dev;
  if (type === 'user') fact.creatorUid = list.ownerUidOf(record);
  if (type === 'user') fact.parent = fact.owner ?? null;
  if (type === 'pid') fact.stage = list.stageOf(record);
  if (type === 'pid') fact.parent = list.parentInodeOf(record) || null;
  return fact;
}

/** The list read before. Ids are never given out again, so where they are the same all else is, but how pid namespaces fare. */
let before:
  | {
      readonly dev: number | undefined;
      readonly ids: readonly number[];
      readonly stages: readonly (PidNamespaceStage | undefined)[];
      readonly listing: Listing;
    }
  | undefined;

function isEqual<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

/** What super blocks, mounts and the list of network namespaces lead to, or why BPF does not give it whole. */
export type Superblocks =
  | { readonly records: readonly BpfSuperblockRecord[]; readonly refused?: undefined }
  | { readonly records?: undefined; readonly refused: BpfRefusal };

/** Linux 6.1 with BPF. */
export function readSuperblocks(): Superblocks {
  const reading = readBpfSuperblocks();
  if ('refused' in reading) return reading;
  const { bytes, missed } = reading;
  if (missed === 0) return { records: parseBpfSuperblocks(bytes) };
  const reason = `there was no room for ${missed} of what super blocks and mounts lead to`;
  return {
    refused: {
      code: 'ENOMEM',
      syscall: 'bpf(MAP_CREATE)',
      brief: 'too little memory for BPF',
      reason,
      lift: 'more memory and descriptors for nscope',
    },
  };
}

/** All net, mnt and ipc namespaces, and others that mounts hold. Linux 6.1 with BPF. */
export function listBySuperblocks({ records, refused }: Superblocks, dev: number | undefined): Listing | NoListing {
  if (!records) return { source: 'BPF super blocks', ...refused };
  const facts = records.map(({ type, inode, id, ownerInode, ownerUid, parentInode }): NamespaceFact => {
    const initialUser = type === 'user' && parentInode === 0;
    return {
      fact: 'namespace',
      type,
      inode,
      ...(dev === undefined ? {} : { dev }),
      ...(id === 0n ? {} : { id: String(id) }),
      ...(ownerInode !== 0 ? { owner: ownerInode } : initialUser ? { owner: null } : {}),
      ...(type === 'user' ? { creatorUid: ownerUid, parent: initialUser ? null : parentInode } : {}),
      ...(type === 'pid' ? { parent: parentInode === 0 ? null : parentInode } : {}),
    };
  });
  return { source: 'BPF super blocks', wholeTypes: ['net', 'mnt', 'ipc'], facts, missed: 0 };
}

/**
 * All active namespaces by listns(2), opened by handle to learn type and inode. Not whole for any type: what a socket, a
 * procfs mount or a child alone holds is inactive. Linux 6.19, CAP_SYS_ADMIN in the initial user namespace.
 */
export function listByListns(): Listing | NoListing {
  const early = takeFirstIds();
  const ids = early ? parseIds(early) : attempt(() => listns());
  if (!isKnown(ids)) return { ...noListns, code: ids.errno ?? '' };
  const facts: NamespaceFact[] = [];
  for (const id of ids) {
    const fd = attempt(() => openNsHandle({ id }));
    if (!isKnown(fd)) continue;
    try {
      const { inode, dev } = identify(fd);
      const type = nsGetNstype(fd);
      if (type) facts.push({ fact: 'namespace', type, inode, dev, id: String(id) });
    } finally {
      closeDescriptor(fd);
    }
  }
  return { source: 'listns', wholeTypes: [], facts, missed: 0 };
}

const noListns = {
  source: 'listns',
  syscall: 'listns',
  brief: 'no listns(2)',
  reason: 'listns(2) is there from Linux 6.19 on',
  lift: 'Linux 6.19 or newer',
} as const;

/**
 * Every mount namespace by NS_MNT_GET_NEXT and NS_MNT_GET_PREV from nscope's own. Linux 6.12.
 * @param privileged - whether nscope has CAP_SYS_ADMIN in the initial user namespace and is in the initial pid namespace:
 *   some kernels pass over what the caller may not see instead of refusing, so without that it is not whole
 */
export function listMountNamespaces(privileged: boolean): Listing | NoListing {
  const facts: NamespaceFact[] = [];
  const own = attempt(() => openNamespace('/proc/self/ns/mnt'));
  if (!isKnown(own)) return { ...noWalk, code: own.errno ?? '' };
  try {
    // The walk gives those beside it, not itself.
    facts.push({ fact: 'namespace', type: 'mnt', inode: own.inode, dev: own.dev });
    const { walked, end } = walkMountNamespaces(own.fd, takeFirstWalk());
    if (end !== 'ENOENT') return { ...noWalk, code: end };
    for (const { inode, dev, id, owner } of walked)
      facts.push({ fact: 'namespace', type: 'mnt', inode, dev, id, ...(owner === undefined ? {} : { owner }) });
  } finally {
    closeNamespace(own);
  }
  return { source: 'NS_MNT_GET_NEXT', wholeTypes: privileged ? ['mnt'] : [], facts, missed: 0 };
}

const noWalk = {
  source: 'NS_MNT_GET_NEXT',
  syscall: 'ioctl(NS_MNT_GET_NEXT)',
  brief: 'no NS_MNT_GET_NEXT',
  reason: 'NS_MNT_GET_NEXT needs Linux 6.12, and CAP_SYS_ADMIN in the initial user namespace',
  lift: 'Linux 6.12 or newer, as root of the host',
} as const;
