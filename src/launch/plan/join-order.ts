// In which order namespaces are to be entered, so that the capabilities that each needs are there.
import { attempt } from '../../kernel/files/files.ts';
import { closeNamespace, nsGetParent, nsGetUserns } from '../../kernel/nsfs/nsfs.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';
import type { JoinedNamespace } from './explain-setns.ts';

/** A namespace that is open and to be entered. */
export interface Entrance extends JoinedNamespace {
  readonly fd: number;
}

/** The mount namespace last: what is looked up by path before should be found where nscope is. */
const order: readonly NamespaceType[] = ['cgroup', 'ipc', 'uts', 'net', 'time', 'pid', 'mnt'];

/**
 * Entering a user namespace gives all capabilities in it and below it, and takes those above it. What it or one below it
 * owns is therefore entered after it, which an ordinary user can do then only; all others before it.
 * @see setns(2), user_namespaces(7)
 */
export function orderEntrances(entrances: readonly Entrance[]): readonly Entrance[] {
  const sorted = order.flatMap((type) => entrances.filter((entrance) => entrance.type === type));
  const user = entrances.find(({ type }) => type === 'user');
  if (!user) return sorted;
  const after = sorted.filter(({ fd }) => isOwnedBelow(fd, user.inode));
  return [...sorted.filter((entrance) => !after.includes(entrance)), user, ...after];
}

/** Whether the owner of the namespace behind `fd` is this user namespace or one below it. */
function isOwnedBelow(fd: number, userInode: number): boolean {
  let open = attempt(() => nsGetUserns(fd));
  while (isKnown(open)) {
    const current = open;
    const found = current.inode === userInode;
    open = found ? current : attempt(() => nsGetParent(current.fd));
    closeNamespace(current);
    if (found) return true;
  }
  return false;
}

/** The inode of the user namespace that owns the one behind `fd`; undefined where that lies outside of nscope's. */
export function readOwner(fd: number): number | undefined {
  const owner = attempt(() => nsGetUserns(fd));
  if (!isKnown(owner)) return undefined;
  closeNamespace(owner);
  return owner.inode;
}
