// The records of bpf/ucounts.bpf.c and bpf/charges.bpf.c: what the kernel counts of each user, and on whose account a
// namespace stands.
import { findTypeByCloneValue, type NamespaceType } from '../../model/snapshot/namespace-types.ts';
import { countRecords } from './bpf-words.ts';
import { layOut } from './layout.ts';
import { RecordReader } from './record-reader.ts';

/** The order of enum ucount_type: include/linux/user_namespace.h. */
const countedTypes = ['user', 'pid', 'uts', 'ipc', 'net', 'mnt', 'cgroup', 'time'] as const;

/** A number for each type. */
export type TypeCounts = Readonly<Record<NamespaceType, number>>;

/** A struct ucounts. */
export interface BpfCount {
  /** Opaque: no two have the same. */
  readonly account: bigint;
  /** Inode of the user namespace. */
  readonly userNamespace: number;
  readonly uid: number;
  /** Namespaces that are on this account, those of user namespaces below among them. */
  readonly counts: TypeCounts;
  /** The limits of the user namespace: user.max_*_namespaces. */
  readonly max: TypeCounts;
}

/** A namespace, and the account that was charged when it was made. */
export interface BpfCharge {
  readonly account: bigint;
  readonly type: NamespaceType;
  readonly inode: number;
}

export const countLayout = layOut('struct record of bpf/ucounts.bpf.c', {
  account: 'u64',
  inum: 'u32',
  uid: 'u32',
  counts: ['u32', countedTypes.length],
  max: ['u32', countedTypes.length],
});

export const chargeLayout = layOut('struct record of bpf/charges.bpf.c', {
  account: 'u64',
  type: 'u32',
  inum: 'u32',
});

/**
 * Decodes what readBpfCounts gives. Of two with the same user namespace and uid the kernel finds the first, and charges no
 * other: the mount namespace of the boot stands on a second account of uid 0, which was there before the accounts were.
 */
export function parseBpfCounts(bytes: Uint8Array): BpfCount[] {
  const count = countRecords(bytes, countLayout);
  const record = new RecordReader(bytes);
  const { word } = countLayout;
  const readTypes = (first: number) =>
    Object.fromEntries(countedTypes.map((type, i) => [type, record.u32(first + i)])) as Record<NamespaceType, number>;
  return Array.from({ length: count }, (_, index) => {
    record.goTo(index * countLayout.words);
    return {
      account: record.u64(word.account),
      userNamespace: record.u32(word.inum),
      uid: record.u32(word.uid),
      counts: readTypes(word.counts),
      max: readTypes(word.max),
    };
  });
}

/** Decodes what readBpfCharges gives. A type of a newer kernel is left out. */
export function parseBpfCharges(bytes: Uint8Array): BpfCharge[] {
  const count = countRecords(bytes, chargeLayout);
  const record = new RecordReader(bytes);
  const { word } = chargeLayout;
  const charges: BpfCharge[] = [];
  for (let index = 0; index < count; index++) {
    record.goTo(index * chargeLayout.words);
    const type = findTypeByCloneValue(record.u32(word.type));
    if (type === undefined) continue;
    charges.push({ account: record.u64(word.account), type, inode: record.u32(word.inum) });
  }
  return charges;
}
