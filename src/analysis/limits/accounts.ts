// How many namespaces each user has in each user namespace, and how many there may be: namespaces(7), user.max_*_namespaces.
import { isKnown, type Known, type Unknown } from '../../model/snapshot/known.ts';
import { type NamespaceType, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import type { NamespaceAccount, NamespaceCount, Snapshot } from '../../model/snapshot/schema.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import { type Attribution, attributeNamespaces } from './attribute.ts';

/** What one user has of one type in one user namespace. */
export interface Account {
  /** Inode. */
  readonly userNamespace: number;
  /** null: not known whose they are, or, where count is 0, of any user. */
  readonly uid: number | null;
  readonly type: NamespaceType;
  /** By the kernel, else those of the snapshot: then there may be more. */
  readonly count: number;
  readonly max: Known<number>;
  /** How many namespaces of the snapshot stand on it. */
  readonly attributed: Known<number>;
  readonly counted: 'kernel' | 'snapshot';
}

export interface Accounts {
  /** Those with a namespace on them, and each limit of 0. */
  readonly rows: readonly Account[];
  readonly counted: 'kernel' | 'snapshot';
  /** Why the kernel's counts are not there. */
  readonly why?: Unknown;
  /** Also of a user who has none; null: of those whose they are is not known. */
  find(userNamespace: number, uid: number | null, type: NamespaceType): Account;
}

export function listAccounts(index: SnapshotIndex): Accounts {
  const { snapshot } = index;
  const counts = snapshot.conditions?.namespaceCounts ?? notAsked;
  const attribution = attributeNamespaces(snapshot);
  if (isKnown(counts)) return collect('kernel', readKernel(counts, attribution, index), limitsOfKernel(counts));
  return { ...collect('snapshot', readSnapshot(attribution), limitsOfSnapshot(snapshot)), why: counts };
}

const notAsked: Unknown = Object.freeze({ unknown: 'not-asked', detail: 'the snapshot does not have them' });
const notShown: Unknown = Object.freeze({
  unknown: 'unsupported',
  detail: 'without BPF the limits of other user namespaces are not shown',
});
const whose: Unknown = Object.freeze({
  unknown: 'unsupported',
  detail: 'which of several users made the namespaces is not known before Linux 6.18',
});

type Limits = (userNamespace: number, type: NamespaceType) => Known<number>;
type Counted = Omit<Account, 'max' | 'counted'>;

function collect(
  counted: Accounts['counted'],
  found: readonly Counted[],
  limits: { readonly of: Limits; readonly userNamespaces: readonly number[] },
): Accounts {
  const rows = found.map((one): Account => ({ ...one, max: limits.of(one.userNamespace, one.type), counted }));
  const byKey = new Map(rows.map((row) => [keyOf(row.userNamespace, row.uid, row.type), row]));
  const none = (userNamespace: number, uid: number | null, type: NamespaceType): Account => {
    const max = limits.of(userNamespace, type);
    return { userNamespace, uid, type, count: 0, max, attributed: 0, counted };
  };
  for (const userNamespace of limits.userNamespaces)
    for (const type of namespaceTypes)
      if (limits.of(userNamespace, type) === 0) rows.push(none(userNamespace, null, type));
  return {
    rows,
    counted,
    find: (userNamespace, uid, type) => byKey.get(keyOf(userNamespace, uid, type)) ?? none(userNamespace, uid, type),
  };
}

function keyOf(userNamespace: number, uid: number | null, type: NamespaceType): string {
  return `${userNamespace} ${uid} ${type}`;
}

function limitsOfKernel(counts: readonly NamespaceCount[]) {
  const limits = new Map(counts.map(({ userNamespace, max }) => [userNamespace, max]));
  const of: Limits = (userNamespace, type) => limits.get(userNamespace)?.[type] ?? notShown;
  return { of, userNamespaces: [...limits.keys()] };
}

/** Those of nscope's own user namespace stand in /proc/sys. */
function limitsOfSnapshot({ host, conditions }: Snapshot) {
  const sysctls = conditions?.sysctls;
  const own = host.vantage.namespaces.user;
  const of: Limits = (userNamespace, type) => {
    const text = sysctls && isKnown(sysctls) ? sysctls[`user.max_${type}_namespaces`] : undefined;
    if (userNamespace !== own || text === undefined) return notShown;
    return isKnown(text) ? Number(text) : text;
  };
  return { of, userNamespaces: isKnown(own) ? [own] : [] };
}

function readSnapshot({ made, below }: Attribution): Counted[] {
  const of = (userNamespace: number, uid: number | null, tally: ReadonlyMap<NamespaceType, number>) =>
    Array.from(tally, ([type, count]): Counted => ({ userNamespace, uid, type, count, attributed: count }));
  return [
    ...Array.from(below, ([inode, accounts]) => Array.from(accounts, ([uid, tally]) => of(inode, uid, tally))).flat(2),
    ...Array.from(made, ([inode, tally]) => of(inode, null, tally)).flat(),
  ];
}

function readKernel(counts: readonly NamespaceCount[], attribution: Attribution, index: SnapshotIndex): Counted[] {
  return counts.flatMap(({ userNamespace, accounts }) =>
    namespaceTypes.flatMap((type) => {
      const rows = accounts.flatMap((account) => {
        const count = account.counts[type] ?? 0;
        const below = attribution.below.get(userNamespace)?.get(account.uid)?.get(type) ?? 0;
        return count > 0 ? [{ account, count, below }] : [];
      });
      const made = type === 'user' ? 0 : (attribution.made.get(userNamespace)?.get(type) ?? 0);
      const remainders = rows.filter(({ count, below }) => count > below);
      const remain = remainders.reduce((sum, { count, below }) => sum + count - below, 0);
      return rows.map(({ account, count, below }): Counted => {
        const attributed = (): Known<number> => {
          if (type === 'user' || made === 0) return below;
          if (account.charged) return below + countCharged(account, type, index);
          if (count <= below || made >= remain) return Math.max(count, below);
          return remainders.length === 1 ? below + made : whose;
        };
        return { userNamespace, uid: account.uid, type, count, attributed: attributed() };
      });
    }),
  );
}

function countCharged({ charged = [] }: NamespaceAccount, type: NamespaceType, index: SnapshotIndex): number {
  return charged.filter((one) => one.type === type && index.namespace(type, one.inode)).length;
}

/** As sentences call it. */
export function nameUserNamespace(inode: number, index: SnapshotIndex): string {
  return index.namespace('user', inode)?.initial === true ? 'the initial user namespace' : `user:[${inode}]`;
}
