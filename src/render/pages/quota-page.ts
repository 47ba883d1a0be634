// What a failing unshare(2) would hit, in sentences.
import type { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { type Account, nameUserNamespace } from '../../analysis/limits/accounts.ts';
import { countLeft, type LimitLevel, type LimitPath, type Maker } from '../../analysis/limits/limit-path.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { escapeText } from '../words/escape.ts';

/** The names that sentences use. */
export interface Names {
  readonly index: SnapshotIndex;
  /** Names by uid. */
  readonly users: Readonly<Record<string, string>>;
}

/** One sentence for each type whose limit is reached; else one on which is the closest. */
export function formatLimitPaths(paths: readonly LimitPath[], maker: Maker, names: Names): string[] {
  const who = `${nameUser(maker.uid, names)} in ${nameUserNamespace(maker.userNamespace, names.index)}`;
  const tight = paths.flatMap(({ levels }) => levels.filter(({ tightest }) => tightest));
  const reached = tight.filter((level) => leftOf(level) <= 0);
  if (reached.length > 0)
    return reached.map((one) => `${who} can make no ${one.type} namespace (ENOSPC): ${describeLimit(one, names)}`);
  const [closest] = tight.sort((a, b) => leftOf(a) - leftOf(b));
  if (!closest) return [`no limit that holds for ${who} is known`];
  const left = leftOf(closest);
  return [
    `no known limit stops ${who}; closest: ${left} more ${closest.type} ${left === 1 ? 'namespace' : 'namespaces'}: ${describeLimit(closest, names)}`,
  ];
}

/** "alice has 3 of 3 in the initial user namespace". */
export function describeLimit(account: Account, names: Names): string {
  const { count, max, uid, userNamespace } = account;
  const where = nameUserNamespace(userNamespace, names.index);
  if (max === 0) return `the limit in ${where} is 0`;
  const whose = uid === null ? 'somebody' : nameUser(uid, names);
  return `${whose} has ${count} of ${isKnown(max) ? max : '?'} in ${where}`;
}

function leftOf(level: LimitLevel): number {
  const left = countLeft(level);
  return isKnown(left) ? left : Number.POSITIVE_INFINITY;
}

function nameUser(uid: number, { users }: Names): string {
  const name = users[uid];
  return name === undefined ? `uid ${uid}` : escapeText(name);
}
