// What a failing unshare(2) would hit: a namespace is charged where it is made and in every user namespace above, and each
// of these levels has its own limit: namespaces(7).
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import type { Account, Accounts } from './accounts.ts';

export interface LimitLevel extends Account {
  /** 0: the user namespace in which it would be made; 1: the one above; and so on. */
  readonly level: number;
  /** Whether fewer can be made here than on any other level whose limit is known. */
  readonly tightest: boolean;
}

export interface LimitPath {
  readonly type: NamespaceType;
  readonly levels: readonly LimitLevel[];
  /** Whether the last level is the initial user namespace. */
  readonly complete: boolean;
}

export interface Maker {
  /** Inode of the user namespace in which he makes namespaces. */
  readonly userNamespace: number;
  readonly uid: number;
}

/** @param maker - the effective uid counts, not that of the process's own user namespace */
export function findLimitPath(index: SnapshotIndex, accounts: Accounts, maker: Maker, type: NamespaceType): LimitPath {
  const path: Account[] = [];
  let at: Maker | undefined = maker;
  let complete = false;
  while (at) {
    path.push(accounts.find(at.userNamespace, at.uid, type));
    const namespace = index.namespace('user', at.userNamespace);
    complete = namespace?.initial === true;
    const above = namespace?.parent ?? namespace?.owner;
    const isUp = !complete && namespace && above !== undefined && isKnown(above) && above !== null;
    at = isUp && isKnown(namespace.ownerUid) ? { userNamespace: above, uid: namespace.ownerUid } : undefined;
  }
  const tightest = findTightest(path);
  const levels = path.flatMap((one, level): LimitLevel[] => {
    const ofAnybody = accounts.find(one.userNamespace, null, type);
    // They may be of this user as well.
    const rest = one.counted === 'snapshot' && ofAnybody.count > 0 ? [{ ...ofAnybody, level, tightest: false }] : [];
    return [{ ...one, level, tightest: level === tightest }, ...rest];
  });
  return { type, levels, complete };
}

/** How many more fit; below 0 where a limit was lowered afterwards. */
export function countLeft({ count, max }: Account): Known<number> {
  return isKnown(max) ? max - count : max;
}

/** From 0 to 1, or above where a limit was lowered afterwards; a limit of 0 is reached. */
export function findShare({ count, max }: Account): Known<number> {
  if (!isKnown(max)) return max;
  return max === 0 ? 1 : count / max;
}

/** Of several the innermost, which the kernel asks first. */
function findTightest(path: readonly Account[]): number | undefined {
  let found: { readonly level: number; readonly left: number } | undefined;
  for (const [level, account] of path.entries()) {
    const left = countLeft(account);
    if (isKnown(left) && (!found || left < found.left)) found = { level, left };
  }
  return found?.level;
}
