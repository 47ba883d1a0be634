// Where a process is. Each of its ten namespaces: whether it is the boot's own, its parent's, and who else is in it.
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import {
  type NamespaceLink,
  type NamespaceType,
  namespaceLinks,
  readLinkType,
} from '../../model/snapshot/namespace-types.ts';
import type { Place, Process } from '../../model/snapshot/schema.ts';
import { compareProcesses, findInferred } from './inferred-places.ts';
import type { SnapshotIndex } from './snapshot-index.ts';

/** Where one link of a process leads. */
export interface Placement {
  readonly link: NamespaceLink;
  readonly type: NamespaceType;
  readonly inode: Known<number>;
  readonly initial: Known<boolean>;
  /** Whether its parent is in the same one; of the links for children, whether it is in it itself; null without a parent. */
  readonly shared: Known<boolean> | null;
  /** How many other processes are in it; null where neither is known nor inferred where it is. */
  readonly others: number | null;
  /** Where it is inferred to be, its link being refused; what stands beside it then is inferred as well. */
  readonly inferred?: Place;
}

/** Of each of the ten links of a process: where it leads, and who else is there. */
export function findPlacements(process: Process, index: SnapshotIndex): Placement[] {
  const above = findAbove(process, index);
  return namespaceLinks.map((link) => {
    const type = readLinkType(link);
    const inode = process.namespaces[link];
    const compared = link === type ? above?.namespaces[type] : process.namespaces[type];
    const inferred = link === type ? findInferred(process, type) : undefined;
    if (inferred) return { link, type, inode, inferred, ...describeInferred(process, type, inferred, above, index) };
    const namespace = isKnown(inode) ? index.namespace(type, inode) : undefined;
    return {
      link,
      type,
      inode,
      initial: isKnown(inode) ? (namespace?.initial ?? { unknown: 'gone' }) : inode,
      shared: compared === undefined ? null : isSame(inode, compared),
      others: isKnown(inode) ? countOthers(process, type, inode, index) : null,
    };
  });
}

function describeInferred(
  process: Process,
  type: NamespaceType,
  inferred: Place,
  above: Process | undefined,
  index: SnapshotIndex,
): Pick<Placement, 'initial' | 'shared' | 'others'> {
  const shared = above ? compareProcesses(process, above, type).shared : null;
  if ('number' in inferred) {
    const own = index.snapshot.unnumbered.find((one) => one.type === type && one.number === inferred.number);
    if (!own) return { initial: { unknown: 'gone' }, shared, others: null };
    return { initial: own.initial, shared, others: own.processes.certain + own.processes.likely - 1 };
  }
  const namespace = index.namespace(type, inferred.inode);
  if (!namespace) return { initial: { unknown: 'gone' }, shared, others: null };
  const { count, inferred: others } = namespace.processes;
  return { initial: namespace.initial, shared, others: count + (others ? others.certain + others.likely : 0) - 1 };
}

/** What a task came from: the leader of a thread, the parent of a process. */
export function findAbove(process: Process, index: SnapshotIndex): Process | undefined {
  return process.tid === process.pid ? index.process(process.ppid) : index.process(process.pid);
}

/** From its parent up to the first process; ends where one was not seen, or where bad data goes in a ring. */
export function findAncestors(process: Process, index: SnapshotIndex): readonly Process[] {
  const ancestors = new Set<Process>();
  for (let next = findAbove(process, index); next && next !== process && !ancestors.has(next); ) {
    ancestors.add(next);
    next = findAbove(next, index);
  }
  return [...ancestors];
}

/**
 * Those that are in all the namespaces that a process is in, itself among them.
 * @returns why that cannot be told, where one of its links is not known
 */
export function findCompanions(process: Process, index: SnapshotIndex): Known<readonly Process[]> {
  const links = namespaceLinks.filter((link) => readLinkType(link) === link);
  const refused = links
    .map((link) => process.namespaces[link])
    .find((inode) => !isKnown(inode) && inode.unknown !== 'unsupported');
  if (refused !== undefined && !isKnown(refused)) return refused;
  return index.snapshot.processes.filter(
    ({ namespaces }) => namespaces === process.namespaces || links.every((link) => isEqual(namespaces, process, link)),
  );
}

function isEqual(namespaces: Process['namespaces'], process: Process, link: NamespaceLink): boolean {
  const own = process.namespaces[link];
  // A link that this kernel lacks separates nobody.
  return isKnown(own) ? namespaces[link] === own : !isKnown(namespaces[link]);
}

function isSame(a: Known<number>, b: Known<number>): Known<boolean> {
  if (!isKnown(a)) return a;
  return isKnown(b) ? a === b : b;
}

function countOthers(process: Process, type: NamespaceType, inode: number, index: SnapshotIndex): number {
  const count = index.namespace(type, inode)?.processes.count ?? 0;
  return process.tid === process.pid && process.namespaces[type] === inode ? count - 1 : count;
}
