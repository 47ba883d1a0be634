// How many namespaces the kernel counts of each user in each user namespace, and up to which limits: its struct ucounts, by
// BPF. Where BPF is not to be had nobody is told the counts, and the limits only of one's own user namespace: sysctls.ts.
import { type BpfReading, readBpfCharges, readBpfCounts } from '../kernel/bpf/run.ts';
import { type Unknown, unknownFromErrno } from '../model/snapshot/known.ts';
import type { NamespaceAccount, NamespaceCount } from '../model/snapshot/schema.ts';
import { type BpfCharge, type BpfCount, parseBpfCharges, parseBpfCounts } from '../parse/records/bpf-counts.ts';
import type { ConditionReader } from './condition.ts';

const notWanted: Unknown = Object.freeze({ unknown: 'not-asked', detail: 'BPF was not to be used' });

/** Accounts without a namespace are there as well: their limits hold. */
export const namespaceCounts: ConditionReader<'namespaceCounts'> = {
  name: 'namespaceCounts',
  question: 'how many namespaces does the kernel count of each user, and up to which limits?',
  read(_snapshot, report, { bpf }) {
    if (!bpf) return notWanted;
    report.asked();
    const { counts, charges } = readBoth();
    if ('refused' in counts) {
      const { code, syscall, reason } = counts.refused;
      report.refused('reading the counts of namespaces', code, syscall);
      return Object.freeze({ ...unknownFromErrno(code), detail: reason });
    }
    return gather(parseBpfCounts(counts.bytes), listCharges(charges));
  },
};

/** So often both are read again where the counts change meanwhile. */
const maxReadings = 5;

/** Of one moment, unless namespaces are made all the time. */
function readBoth(): { readonly counts: BpfReading; readonly charges: BpfReading } {
  let before = readBpfCounts();
  for (let i = 1; ; i++) {
    const charges = readBpfCharges();
    const counts = readBpfCounts();
    const isStill = 'refused' in counts || ('bytes' in before && before.bytes.equals(counts.bytes));
    if (isStill || i === maxReadings) return { counts, charges };
    before = counts;
  }
}

/** By account. */
type Charges = ReadonlyMap<bigint, readonly BpfCharge[]>;

function listCharges(reading: BpfReading): Charges | undefined {
  if ('refused' in reading) return undefined;
  const charges = new Map<bigint, BpfCharge[]>();
  for (const charge of parseBpfCharges(reading.bytes)) {
    const known = charges.get(charge.account);
    if (known) known.push(charge);
    else charges.set(charge.account, [charge]);
  }
  return charges;
}

function gather(counts: readonly BpfCount[], charges: Charges | undefined): readonly NamespaceCount[] {
  const found = new Map<number, { readonly max: BpfCount['max']; readonly accounts: Map<number, NamespaceAccount> }>();
  for (const { account, userNamespace, uid, counts: all, max } of counts) {
    const one = found.get(userNamespace) ?? { max: Object.freeze(max), accounts: new Map<number, NamespaceAccount>() };
    found.set(userNamespace, one);
    // The kernel finds the first, and counts on no other.
    if (one.accounts.has(uid)) continue;
    const charged = charges?.get(account) ?? [];
    one.accounts.set(
      uid,
      Object.freeze({
        uid,
        counts: Object.freeze(Object.fromEntries(Object.entries(all).filter(([, count]) => count > 0))),
        ...(charges
          ? { charged: Object.freeze(charged.map(({ type, inode }) => Object.freeze({ type, inode }))) }
          : {}),
      }),
    );
  }
  return Object.freeze(
    Array.from(found, ([userNamespace, { max, accounts }]) =>
      Object.freeze({ userNamespace, max, accounts: Object.freeze([...accounts.values()]) }),
    ),
  );
}
