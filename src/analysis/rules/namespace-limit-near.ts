// Users who have, or nearly have, as many namespaces as they may: namespaces(7), user.max_*_namespaces.
import { isKnown } from '../../model/snapshot/known.ts';
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';
import type { Fix, Subject } from '../findings/finding.ts';
import type { Rule, RuleReport } from '../findings/rule.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import { type Account, listAccounts, nameUserNamespace } from '../limits/accounts.ts';
import { findShare } from '../limits/limit-path.ts';
import { formatCommand } from '../release/shell-words.ts';

const near = 0.9;

/** The largest that the kernel takes. */
const largest = 2 ** 31 - 1;

export const namespaceLimitNear: Rule<'sysctls'> = {
  code: 'namespace-limit-near',
  severity: 'error',
  title: 'users near the limit of namespaces of a type',
  means:
    'When the limit is reached, unshare and clone fail with ENOSPC, "No space left on device", for this user and for all that stands on his account: every container of his.',
  needs: ['sysctls'],
  find({ index }, report) {
    const { rows, why } = listAccounts(index);
    if (why) report.undecided(`the kernel's counts of namespaces are not known: ${why.detail ?? why.unknown}`);
    const closed = new Map<number, NamespaceType[]>();
    for (const row of rows) {
      const share = findShare(row);
      if (!isKnown(share) || share < near) continue;
      if (isClosed(row, index)) closed.set(row.userNamespace, [...(closed.get(row.userNamespace) ?? []), row.type]);
      else report.add(describe(row, share, index));
    }
    for (const [inode, types] of closed) report.add(describeClosed(inode, types, index));
  },
};

/** Somebody wanted that none can be made: bubblewrap --disable-userns sets 1 and uses that one up. */
function isClosed({ userNamespace, max }: Account, index: SnapshotIndex): boolean {
  return max === 0 || (max === 1 && !isInitial(userNamespace, index));
}

type Added = Parameters<RuleReport['add']>[0];

function describe(row: Account, share: number, index: SnapshotIndex): Added {
  const { userNamespace, uid, type, count, max } = row;
  const who = uid === null ? 'an unknown user' : (index.snapshot.host.users[uid] ?? `uid ${uid}`);
  const where = nameUserNamespace(userNamespace, index);
  return {
    severity: share >= 1 ? 'error' : 'warning',
    subjects: [
      { kind: 'namespace', type: 'user', inode: userNamespace },
      ...(uid === null ? [] : [{ kind: 'user', uid } satisfies Subject]),
    ],
    says: `${who} has ${count} of at most ${isKnown(max) ? max : '?'} ${type} namespaces in ${where}`,
    seen: [
      `user.max_${type}_namespaces is ${isKnown(max) ? max : '?'} in user:[${userNamespace}]`,
      row.counted === 'kernel' ? `the kernel counts ${count}` : `nscope sees ${count}; there may be more`,
      ...(isKnown(row.attributed) && row.attributed < count
        ? [`${count - row.attributed} of these are not among the namespaces that nscope lists`]
        : []),
    ],
    fixes: [
      raise(row, index),
      { text: `end some: those made there are listed by nscope ls --filter 'owner == ${userNamespace}'` },
    ],
  };
}

function raise({ userNamespace, type, count, max }: Account, index: SnapshotIndex): Fix {
  const wanted = Math.min(largest, 2 * Math.max(count, isKnown(max) ? max : 0));
  const setting = `max_${type}_namespaces`;
  const set = isInitial(userNamespace, index)
    ? ['sysctl', '-w', `user.${setting}=${wanted}`]
    : ['nscope', 'enter', `user:[${userNamespace}]`, '--', 'sh', '-c', `echo ${wanted} > /proc/sys/user/${setting}`];
  return { text: 'raise the limit', command: formatCommand(set) };
}

function describeClosed(inode: number, types: readonly NamespaceType[], index: SnapshotIndex): Added {
  return {
    severity: 'note',
    subjects: [{ kind: 'namespace', type: 'user', inode }],
    says: `in ${nameUserNamespace(inode, index)} no more namespaces can be made of type ${types.join(', ')}: the limit was set so`,
    seen: types.map((type) => `user.max_${type}_namespaces in user:[${inode}]`),
    fixes: [],
  };
}

function isInitial(inode: number, index: SnapshotIndex): boolean {
  return index.namespace('user', inode)?.initial === true;
}
