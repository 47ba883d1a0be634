// The records of bpf/superblocks.bpf.c: namespaces that net lists, super blocks and mounts lead to.
import { findTypeByCloneValue, type NamespaceType } from '../../model/snapshot/namespace-types.ts';
import { countRecords } from './bpf-words.ts';
import { layOut } from './layout.ts';
import { RecordReader } from './record-reader.ts';

/** How the kernel's tables led to a namespace; the numbers of `enum kind` in bpf/superblocks.bpf.c. */
const ways = [
  undefined,
  'net-list',
  'mount-root',
  'bind-mount',
  'mqueue',
  'procfs',
  'fuse',
  'file-system-user',
  'process-mount',
] as const;

type SuperblockWay = Exclude<(typeof ways)[number], undefined>;

/** A namespace and what holds it, or only shows it (`net-list`, `mount-root`, and `mqueue`, which every ipc namespace has). */
export interface BpfSuperblockRecord {
  readonly way: SuperblockWay;
  readonly type: NamespaceType;
  readonly inode: number;
  /** 0 before Linux 6.18. */
  readonly id: bigint;
  /** The user namespace that owns it; of a user namespace its parent; 0 for the initial user namespace. */
  readonly ownerInode: number;
  /** The uid of the creator of the owner; of a user namespace its own creator's. */
  readonly ownerUid: number;
  readonly parentInode: number;
  /** Of a mount: the mount namespace in which it is mounted; 0 for a detached tree, or another way. */
  readonly mountNamespaceInode: number;
  /** Of a mount: the id that statmount(2) takes, from Linux 6.8; else 0. */
  readonly mountId: bigint;
  /** Of a mount: the id in /proc/PID/mountinfo; else 0. */
  readonly oldMountId: number;
  /** `bind-mount`: whether nobody can unmount it alone, for it was copied from a mount namespace of another user namespace. */
  readonly isLocked: boolean;
  /** Of the super block, as mountinfo has it; both 0 for `net-list`. */
  readonly deviceMajor: number;
  readonly deviceMinor: number;
}

export const superblockLayout = layOut('struct record of bpf/superblocks.bpf.c', {
  id: 'u64',
  mount_id: 'u64',
  kind: 'u32',
  type: 'u32',
  inum: 'u32',
  owner_inum: 'u32',
  owner_uid: 'u32',
  parent_inum: 'u32',
  mnt_inum: 'u32',
  old_mount_id: 'u32',
  device: 'u32',
  locked: 'u32',
});

const { word } = superblockLayout;
const minorBits = 20;

/** Decodes what readBpfSuperblocks gives. A namespace appears once for each thing that leads to it. */
export function parseBpfSuperblocks(bytes: Uint8Array): BpfSuperblockRecord[] {
  const count = countRecords(bytes, superblockLayout);
  const record = new RecordReader(bytes);
  const records: BpfSuperblockRecord[] = [];
  for (let index = 0; index < count; index++) {
    record.goTo(index * superblockLayout.words);
    const way = ways[record.u32(word.kind)];
    const type = findTypeByCloneValue(record.u32(word.type));
    if (way === undefined || type === undefined) continue;
    records.push({
      way,
      type,
      inode: record.u32(word.inum),
      id: record.u64(word.id),
      ownerInode: record.u32(word.owner_inum),
      ownerUid: record.u32(word.owner_uid),
      parentInode: record.u32(word.parent_inum),
      mountNamespaceInode: record.u32(word.mnt_inum),
      mountId: record.u64(word.mount_id),
      oldMountId: record.u32(word.old_mount_id),
      isLocked: record.u32(word.locked) !== 0,
      deviceMajor: record.u32(word.device) >>> minorBits,
      deviceMinor: record.u32(word.device) & ((1 << minorBits) - 1),
    });
  }
  return records;
}
