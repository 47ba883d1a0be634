// The records of bpf/namespaces.bpf.c: every namespace in the kernel's own lists.
import { findTypeByCloneValue, type NamespaceType } from '../../model/snapshot/namespace-types.ts';
import type { PidNamespaceStage } from '../../model/snapshot/pid-namespace-stage.ts';
import { countRecords, viewLongWords, viewWords } from './bpf-words.ts';

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

const recordBytes = 64;

/** The numbers of `enum flag` in bpf/namespaces.bpf.c. */
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
  readonly #ids: BigUint64Array;

  constructor(bytes: Uint8Array) {
    this.#words = viewWords(bytes);
    this.#ids = viewLongWords(bytes);
    const records: number[] = [];
    for (let record = 0; record < countRecords(bytes, recordBytes); record++)
      if (findTypeByCloneValue(this.#at(record, 6)) !== undefined) records.push(record);
    this.records = records;
  }

  /** The 64-bit id, exact below 2^53: the kernel counts them. */
  idOf(record: number): number {
    return this.#at(record, 0) + this.#at(record, 1) * 0x1_0000_0000;
  }

  typeOf(record: number): NamespaceType {
    return findTypeByCloneValue(this.#at(record, 6)) as NamespaceType;
  }

  inodeOf(record: number): number {
    return this.#at(record, 7);
  }

  /** 0 for the initial user namespace. */
  ownerInodeOf(record: number): number {
    return this.#at(record, 8);
  }

  ownerUidOf(record: number): number {
    return this.#at(record, 9);
  }

  /** Of pid and user namespaces; 0 for the initial ones. */
  parentInodeOf(record: number): number {
    return this.#at(record, 10);
  }

  /** Of a pid namespace: what the kernel counts in it, and whether it lets processes be born there. */
  stageOf(record: number): PidNamespaceStage {
    const count = this.#at(record, 14);
    if (count < adding) return 'dead';
    return count === adding ? 'unborn' : 'alive';
  }

  read(record: number): BpfNamespace {
    const at = (index: number): number => this.#at(record, index);
    return {
      type: findTypeByCloneValue(at(6)) as NamespaceType,
      inode: at(7),
      id: this.#ids[record * 8] as bigint,
      ownerInode: at(8),
      ownerUid: at(9),
      parentInode: at(10),
      references: at(11),
      level: at(13),
      count: this.typeOf(record) === 'pid' ? at(14) % adding : at(14),
      inodeUsers: at(15),
      ...(this.typeOf(record) === 'pid' ? { stage: this.stageOf(record) } : {}),
    };
  }

  #at(record: number, index: number): number {
    return this.#words[record * 16 + index] as number;
  }
}
