// What holds each namespace, counted by kind. Tasks, children and owned namespaces are in the graph already; the rest is
// listed.

import type { NamespaceTasks } from '../facts/tasks-of-namespaces.ts';
import type { NamespaceType } from '../snapshot/namespace-types.ts';
import type { Holder, HolderCounts, UnseenHolders } from '../snapshot/schema.ts';
import type { Census } from './census.ts';
import type { Draft } from './describe-namespace.ts';
import type { DescribedHolders, MergedNamespace, MergedNamespaces } from './merge-namespaces.ts';
import { describeUnseen, findRuledOut } from './unseen-holders.ts';

export interface Relatives {
  readonly children: ReadonlyMap<MergedNamespace, number>;
  readonly owned: ReadonlyMap<MergedNamespace, number>;
}

/** How many namespaces have each one as their parent, and as their owner. A child user namespace counts as a child. */
export function countRelatives(merged: MergedNamespaces, census: Census): Relatives {
  const children = new Map<MergedNamespace, number>();
  const owned = new Map<MergedNamespace, number>();
  for (const entry of merged.sorted()) {
    if (census.ended(entry)) continue;
    const { parent, owner } = entry.attributes;
    if (typeof parent === 'number') addOne(children, merged.get(entry.type, parent));
    if (typeof owner === 'number' && entry.type !== 'user') addOne(owned, merged.get('user', owner));
  }
  return { children, owned };
}

function addOne(counts: Map<MergedNamespace, number>, entry: MergedNamespace | undefined): void {
  if (entry) counts.set(entry, (counts.get(entry) ?? 0) + 1);
}

/**
 * The holders of one namespace. Where nothing is seen to hold it, and the kernel lists it, the kernel itself is named, with
 * what was ruled out: no more than was looked for everywhere.
 */
export function describeHolders(
  entry: MergedNamespace,
  tasks: Readonly<NamespaceTasks>,
  relatives: Relatives,
  census: Census,
  kernel: KernelHolders,
): DescribedHolders {
  let holders = entry.holders.size === 0 ? noHolders : Object.freeze(sortHolders(entry.holders));
  const counts = countHolders(holders, {
    process: tasks.processes,
    thread: tasks.threads,
    'for-children': tasks.forChildren,
    child: relatives.children.get(entry),
    owned: relatives.owned.get(entry),
  });
  if (tasks.processes === 0 && Object.keys(counts).length === 0 && census.listedLast(entry)) {
    holders = Object.freeze([census.listedFirst(entry) ? kernel.describe(entry) : cameDuringScan]);
    counts.kernel = 1;
  }
  const { openedAtMs, openInFlight } = entry.attributes;
  // Without something that keeps it open, the inode came into being when nscope looked. In flight may be a mere message.
  const openSince =
    typeof openedAtMs === 'number' && (counts.fd || counts['bind-mount'] || openInFlight)
      ? new Date(openedAtMs).toISOString()
      : undefined;
  return { holders, holderCounts: Object.freeze(counts), openSince };
}

const noHolders: readonly Holder[] = Object.freeze([]);

/** @param holders - each with its JSON, by which they are in order */
export function sortHolders(holders: Iterable<readonly [string, Holder]>): Holder[] {
  return [...holders].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, holder]) => holder);
}

/** Tasks and relatives hold as well, and are not in the list. */
export function countHolders(
  holders: readonly Holder[],
  others: Readonly<Record<'process' | 'thread' | 'for-children' | 'child' | 'owned', number | undefined>>,
): Draft<HolderCounts> {
  const counts: Draft<HolderCounts> = {};
  for (const { kind } of holders) counts[kind] = (counts[kind] ?? 0) + 1;
  for (const kind of ['process', 'thread', 'for-children', 'child', 'owned'] as const)
    if (others[kind]) counts[kind] = others[kind];
  return counts;
}

/** What is said of a namespace that nothing visible holds: of all of one type the same. */
export class KernelHolders {
  readonly #unseen: readonly UnseenHolders[];
  readonly #byType = new Map<NamespaceType, Holder>();

  constructor(unseen: readonly UnseenHolders[]) {
    this.#unseen = unseen;
  }

  describe({ type }: MergedNamespace): Holder {
    let holder = this.#byType.get(type);
    if (!holder) {
      const ruledOut = Object.freeze(findRuledOut(type, this.#unseen));
      holder = Object.freeze({
        kind: 'kernel',
        ruledOut,
        notSeen: Object.freeze(describeUnseen([type], this.#unseen)),
      });
      this.#byType.set(type, holder);
    }
    return holder;
  }
}

/** What came into being while the others ran had no chance to be seen by them: nothing is ruled out. */
const cameDuringScan: Holder = Object.freeze({
  kind: 'kernel',
  ruledOut: Object.freeze([]),
  notSeen: Object.freeze(['anything (it came into being during the scan; look again)']),
});
