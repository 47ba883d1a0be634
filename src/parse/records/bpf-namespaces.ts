// The records of bpf/namespaces.bpf.c: every namespace in the kernel's own lists.
import { findTypeByCloneValue, type NamespaceType } from '../../model/snapshot/namespace-types.ts';
import type { PidNamespaceStage } from '../../model/snapshot/pid-namespace-stage.ts';
import { countRecords, readLong, viewLongWords, viewWords } from './bpf-words.ts';
import { layOut } from './layout.ts';

/** A namespace as the kernel's list of its type has it. */
export interface BpfNamespace {
  readonly type: NamespaceType;
  readonly inode: number;
  /** The kernel's 64-bit id, never used twice in one boot. */
  readonly id: bigint;
  /** The user namespace that owns it; of a user namespace its parent; 0 for the initial user namespace. */
  readonly ownerInode: number;
  /** The uid, as the initial user namespace has it, of the creator of the owner; of a user namespace its own creator's. */
  readonly ownerUid: number;
  /** Of pid and user namespaces; 0 for the initial ones and for other types. */
  readonly parentInode: number;
  /** All references: processes, descriptors, mounts, children, and what nobody sees. */
  readonly references: number;
  /** Depth below the initial one, of pid and user namespaces; else 0. */
  readonly level: number;
  /** Of a pid namespace its processes and threads, of a mount namespace its mounts; else 0. */
  readonly count: number;
  /** How many open files and mounts keep its inode in nsfs, however many descriptors a file has; 0: it has no inode. */
  readonly inodeUsers: number;
  /** Of a pid namespace. */
  readonly stage?: PidNamespaceStage;
}

export const namespaceLayout = layOut('struct record of bpf/namespaces.bpf.c', {
  id: 'u64',
  owner_id: 'u64',
  parent_id: 'u64',
  type: 'u32',
  inum: 'u32',
  owner_inum: 'u32',
  owner_uid: 'u32',
  parent_inum: 'u32',
  refs: 'u32',
  active: 's32',
  level: 'u32',
  count: 'u32',
  inode_users: 'u32',
});

const { word } = namespaceLayout;

/** PIDNS_ADDING in the count of a pid namespace: include/linux/pid_namespace.h. */
const adding = 0x8000_0000;

/** Decodes what readBpfNamespaces gives, type by type. A type of a newer kernel is left out. */
export function parseBpfNamespaces(bytes: Uint8Array): BpfNamespace[] {
  const list = new BpfNamespaceList(bytes);
  return list.records.map((record) => list.read(record));
}

/** The same, of which only what is asked for is decoded: for lists that are read several times a second. */
export class BpfNamespaceList {
  /** The numbers of the records whose type is known. */
  readonly records: readonly number[];
  readonly #words: Uint32Array;
  readonly #longWords: BigUint64Array;

  constructor(bytes: Uint8Array) {
    this.#words = viewWords(bytes);
    this.#longWords = viewLongWords(bytes);
    const records: number[] = [];
    for (let record = 0; record < countRecords(bytes, namespaceLayout); record++)
      if (findTypeByCloneValue(this.#at(record, word.type)) !== undefined) records.push(record);
    this.records = records;
  }

  /** The 64-bit id, exact below 2^53: the kernel counts them. */
  idOf(record: number): number {
    return readLong(this.#words, record * namespaceLayout.words + word.id);
  }

  typeOf(record: number): NamespaceType {
    return findTypeByCloneValue(this.#at(record, word.type)) as NamespaceType;
  }

  inodeOf(record: number): number {
    return this.#at(record, word.inum);
  }

  /** 0 for the initial user namespace. */
  ownerInodeOf(record: number): number {
    return this.#at(record, word.owner_inum);
  }

  ownerUidOf(record: number): number {
    return this.#at(record, word.owner_uid);
  }

  /** Of pid and user namespaces; 0 for the initial ones. */
  parentInodeOf(record: number): number {
    return this.#at(record, word.parent_inum);
  }

  /** Of a pid namespace: what the kernel counts in it, and whether it lets processes be born there. */
  stageOf(record: number): PidNamespaceStage {
    const count = this.#at(record, word.count);
    if (count < adding) return 'dead';
    return count === adding ? 'unborn' : 'alive';
  }

  read(record: number): BpfNamespace {
    const at = (index: number): number => this.#at(record, index);
    return {
      type: findTypeByCloneValue(at(6)) as NamespaceType,
      inode: at(word.inum),
      id: this.#longWords[(record * namespaceLayout.words + word.id) >>> 1] as bigint,
      ownerInode: at(word.owner_inum),
      ownerUid: at(word.owner_uid),
      parentInode: at(word.parent_inum),
      references: at(word.refs),
      level: at(word.level),
      count: this.typeOf(record) === 'pid' ? at(word.count) % adding : at(word.count),
      inodeUsers: at(word.inode_users),
      ...(this.typeOf(record) === 'pid' ? { stage: this.stageOf(record) } : {}),
    };
  }

  #at(record: number, index: number): number {
    return this.#words[record * namespaceLayout.words + index] as number;
  }
}
