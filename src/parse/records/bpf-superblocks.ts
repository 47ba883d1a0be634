// The records of bpf/superblocks.bpf.c: namespaces that net lists, super blocks and mounts lead to.
import { findTypeByCloneValue, type NamespaceType } from '../../model/snapshot/namespace-types.ts';
import { countRecords, viewLongWords, viewWords } from './bpf-words.ts';

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

const recordBytes = 56;
const minorBits = 20;

/** Decodes what readBpfSuperblocks gives. A namespace appears once for each thing that leads to it. */
export function parseBpfSuperblocks(bytes: Uint8Array): BpfSuperblockRecord[] {
  const count = countRecords(bytes, recordBytes);
  const words = viewWords(bytes);
  const ids = viewLongWords(bytes);
  const records: BpfSuperblockRecord[] = [];
  for (let record = 0; record < count; record++) {
    const at = (index: number): number => words[record * 14 + index] as number;
    const way = ways[at(4)];
    const type = findTypeByCloneValue(at(5));
    if (way === undefined || type === undefined) continue;
    records.push({
      way,
      type,
      inode: at(6),
      id: ids[record * 7] as bigint,
      ownerInode: at(7),
      ownerUid: at(8),
      parentInode: at(9),
      mountNamespaceInode: at(10),
      mountId: ids[record * 7 + 1] as bigint,
      oldMountId: at(11),
      isLocked: at(13) !== 0,
      deviceMajor: at(12) >>> minorBits,
      deviceMinor: at(12) & ((1 << minorBits) - 1),
    });
  }
  return records;
}
