// On whose account each namespace of a snapshot stands. A namespace is counted for its creator in the user namespace where
// it was made, and once more on each level above: for the creator of each user namespace on the way (kernel/ucount.c).
import { append } from '../../model/collections/append.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';
import type { Namespace, Snapshot } from '../../model/snapshot/schema.ts';

/** How many of each type. */
export type Tally = Map<NamespaceType, number>;

export interface Attribution {
  /**
   * By user namespace: those that were made in it and whose creator the snapshot does not name. User namespaces are not
   * among them, for each names its creator.
   */
  readonly made: ReadonlyMap<number, Tally>;
  /** By user namespace and uid: user namespaces that this user made there, and all that stands on accounts below them. */
  readonly below: ReadonlyMap<number, ReadonlyMap<number, Tally>>;
}

/** The namespaces of the boot stand on no account that has a limit. */
export function attributeNamespaces({ namespaces }: Snapshot): Attribution {
  const made = new Map<number, Tally>();
  const children = new Map<number, Namespace[]>();
  const users: Namespace[] = [];
  for (const namespace of namespaces) {
    const { type, owner, parent, initial } = namespace;
    if (type === 'user') users.push(namespace);
    const above = type === 'user' ? (parent ?? owner) : owner;
    if (initial === true || !isKnown(above) || above === null) continue;
    if (type === 'user') append(children, above, namespace);
    else add(tallyOf(made, above), type, 1);
  }
  const below = new Map<number, Map<number, Tally>>();
  for (const user of orderFromBelow(users, children)) {
    for (const child of children.get(user.inode) ?? []) {
      if (!isKnown(child.ownerUid)) continue;
      const account = tallyOf(accountsOf(below, user.inode), child.ownerUid);
      add(account, 'user', 1);
      addAll(account, made.get(child.inode));
      for (const tally of below.get(child.inode)?.values() ?? []) addAll(account, tally);
    }
  }
  return { made, below };
}

/** Children come before what is above them. */
function orderFromBelow(users: readonly Namespace[], children: ReadonlyMap<number, readonly Namespace[]>): Namespace[] {
  const isChild = new Set([...children.values()].flat());
  const order = users.filter((user) => !isChild.has(user));
  // Whoever's parent is not in the snapshot stands on top as well.
  const known = new Set(users.map(({ inode }) => inode));
  for (const [parent, list] of children) if (!known.has(parent)) order.push(...list);
  for (const user of order) order.push(...(children.get(user.inode) ?? []));
  return order.reverse();
}

function accountsOf(below: Map<number, Map<number, Tally>>, inode: number): Map<number, Tally> {
  const found = below.get(inode) ?? new Map<number, Tally>();
  below.set(inode, found);
  return found;
}

function tallyOf(tallies: Map<number, Tally>, key: number): Tally {
  const found = tallies.get(key) ?? new Map<NamespaceType, number>();
  tallies.set(key, found);
  return found;
}

function add(tally: Tally, type: NamespaceType, count: number): void {
  tally.set(type, (tally.get(type) ?? 0) + count);
}

function addAll(tally: Tally, others: ReadonlyMap<NamespaceType, number> | undefined): void {
  for (const [type, count] of others ?? []) add(tally, type, count);
}
