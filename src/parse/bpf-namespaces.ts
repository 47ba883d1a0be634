// The records of bpf/namespaces.bpf.c: every namespace in the kernel's own lists.
import { findTypeByCloneValue, type NamespaceType } from '../model/namespace-types.ts';
import { countRecords, viewLongWords, viewWords } from './bpf-words.ts';

/** A namespace as the kernel's list of its type has it. */
export interface BpfNamespace {
  readonly type: NamespaceType;
  readonly inode: number;
  /** The kernel's 64-bit id, never used twice in one boot. */
  readonly id: bigint;
  /** The user namespace that owns it; of a user namespace its parent; 0 for the initial user namespace. */
  readonly ownerInode: number;
  readonly ownerId: bigint;
  /** The uid, as the initial user namespace has it, of the creator of the owner; of a user namespace its own creator's. */
  readonly ownerUid: number;
  /** Of pid and user namespaces; 0 for the initial ones and for other types. */
  readonly parentInode: number;
  readonly parentId: bigint;
  /** All references: processes, descriptors, mounts, children, and what nobody sees. */
  readonly references: number;
  /** The references that let listns(2) see it; undefined before Linux 6.19. */
  readonly activeReferences: number | undefined;
  /** Depth below the initial one, of pid and user namespaces; else 0. */
  readonly level: number;
  /** Of a pid namespace its processes and threads, of a mount namespace its mounts; else 0. */
  readonly count: number;
  /** Whether somebody opened it or looked at its link since it was made, and the kernel keeps the inode. */
  readonly hasInode: boolean;
}

const recordBytes = 64;

/** Decodes what readBpfNamespaces gives, in the kernel's order: type by type, by id. A type of a newer kernel is left out. */
export function parseBpfNamespaces(bytes: Uint8Array): BpfNamespace[] {
  const count = countRecords(bytes, recordBytes);
  const words = viewWords(bytes);
  const ids = viewLongWords(bytes);
  const namespaces: BpfNamespace[] = [];
  for (let record = 0; record < count; record++) {
    const at = (index: number): number => words[record * 16 + index] as number;
    const type = findTypeByCloneValue(at(6));
    if (type === undefined) continue;
    const active = at(12) | 0;
    namespaces.push({
      type,
      inode: at(7),
      id: ids[record * 8] as bigint,
      ownerInode: at(8),
      ownerId: ids[record * 8 + 1] as bigint,
      ownerUid: at(9),
      parentInode: at(10),
      parentId: ids[record * 8 + 2] as bigint,
      references: at(11),
      activeReferences: active < 0 ? undefined : active,
      level: at(13),
      count: at(14),
      hasInode: at(15) !== 0,
    });
  }
  return namespaces;
}
