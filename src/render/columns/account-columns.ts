// The columns of a listing of how many namespaces each user has, and how many there may be.
import type { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import type { Account } from '../../analysis/limits/accounts.ts';
import { countLeft, findShare, type LimitLevel } from '../../analysis/limits/limit-path.ts';
import { isKnown, type Known, type Unknown } from '../../model/snapshot/known.ts';
import type { Column } from './columns.ts';

export interface AccountRow {
  readonly account: Account | LimitLevel;
  readonly index: SnapshotIndex;
  /** Names by uid. */
  readonly users: Readonly<Record<string, string>>;
}

const noCreator: Unknown = Object.freeze({ unknown: 'unsupported', detail: 'whose they are is not known' });
const notCounted: Unknown = Object.freeze({ unknown: 'not-asked', detail: "the kernel's count is not known" });

export const accountColumns: readonly Column<AccountRow>[] = [
  {
    name: 'type',
    header: 'TYPE',
    meaning: 'the type of the namespaces that are counted',
    kind: 'string',
    value: ({ account }) => account.type,
  },
  {
    name: 'level',
    header: 'LEVEL',
    meaning: 'with a TARGET: 0 where the namespace would be made, 1 for the user namespace above, and so on',
    kind: 'int',
    align: 'right',
    value: ({ account }) => ('level' in account ? account.level : null),
  },
  {
    name: 'userns',
    header: 'USERNS',
    meaning: 'inode number of the user namespace in which they are counted',
    kind: 'int',
    align: 'right',
    yields: 3,
    value: ({ account }) => account.userNamespace,
    text: ({ account: { userNamespace }, index }) =>
      index.namespace('user', userNamespace)?.initial === true ? 'initial' : String(userNamespace),
  },
  {
    name: 'user',
    header: 'USER',
    meaning: 'the user for whom they are counted; ? where that is not known, "any" where the limit of all is 0',
    kind: 'string',
    cut: 'end',
    value: ({ account: { uid, count }, users }) => (uid === null ? nameNobody(count) : (users[uid] ?? String(uid))),
  },
  {
    name: 'uid',
    header: 'UID',
    meaning: 'the uid of that user',
    kind: 'int',
    align: 'right',
    value: ({ account: { uid, count } }) => (uid === null && count > 0 ? noCreator : uid),
  },
  {
    name: 'count',
    header: 'COUNT',
    meaning: 'how many there are, by the kernel; without BPF those that nscope sees',
    kind: 'int',
    align: 'right',
    yields: 5,
    value: ({ account }) => account.count,
  },
  {
    name: 'max',
    header: 'MAX',
    meaning: 'how many there may be: user.max_net_namespaces and the like of this user namespace',
    kind: 'int',
    align: 'right',
    yields: 4,
    value: ({ account }) => account.max,
    short: ({ account }) => shorten(account.max),
  },
  {
    name: 'left',
    header: 'LEFT',
    meaning: 'how many more can be made; below 0 where the limit was lowered afterwards',
    kind: 'int',
    align: 'right',
    value: ({ account }) => countLeft(account),
    short: ({ account }) => shorten(countLeft(account)),
  },
  {
    name: 'percent',
    header: 'USED',
    meaning: 'how much of the limit is used, in percent, rounded down; 100 where the limit is 0',
    kind: 'int',
    align: 'right',
    yields: 2,
    value: ({ account }) => findPercent(account),
    text: ({ account }) => {
      const percent = findPercent(account);
      return isKnown(percent) ? `${percent}%` : '?';
    },
  },
  {
    name: 'unattributed',
    header: 'UNATTRIBUTED',
    meaning: 'how many of them nscope cannot find: hidden, being freed, or made after the listing',
    kind: 'int',
    align: 'right',
    yields: 1,
    value: ({ account: { counted, count, attributed } }) => {
      if (counted === 'snapshot') return notCounted;
      return isKnown(attributed) ? count - attributed : attributed;
    },
  },
  {
    name: 'counted',
    header: 'COUNTED',
    meaning: 'by whom: kernel or snapshot',
    kind: 'string',
    yields: 1,
    value: ({ account }) => account.counted,
  },
  {
    name: 'tightest',
    header: 'FIRST',
    meaning: 'with a TARGET: whether this limit is reached first',
    kind: 'bool',
    value: ({ account }) => ('tightest' in account ? account.tightest : null),
    text: ({ account }) => ('tightest' in account && account.tightest ? 'yes' : '-'),
  },
];

function nameNobody(count: number) {
  return count > 0 ? noCreator : 'any';
}

/** 2147483647, which stands for no limit, is 2147M. */
function shorten(count: Known<number>): string {
  if (!isKnown(count)) return '?';
  return Math.abs(count) < 10_000_000 ? String(count) : `${Math.trunc(count / 1_000_000)}M`;
}

function findPercent(account: Account) {
  const share = findShare(account);
  return isKnown(share) ? Math.floor(share * 100) : share;
}
