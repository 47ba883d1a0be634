// What is around a namespace: what is above it, what it owns, its children, and the tasks in it.
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import { formatNamespace, readLinkType } from '../../model/snapshot/namespace-types.ts';
import type { Namespace, Process } from '../../model/snapshot/schema.ts';
import type { SnapshotIndex } from './snapshot-index.ts';

/** A chain upwards, nearest first; `end` says why it goes no further where it does not end at the initial namespace. */
export interface Chain {
  readonly namespaces: readonly Namespace[];
  readonly end: Known<null>;
}

/** The user namespaces that own it: its owner, the owner of that, up to the initial one. */
export function findOwners(namespace: Namespace, index: SnapshotIndex): Chain {
  return climb(namespace, index, ({ owner }) => owner, 'user');
}

/** Its parents up to the initial one; undefined for types without parents. */
export function findParents(namespace: Namespace, index: SnapshotIndex): Chain | undefined {
  return namespace.parent === undefined
    ? undefined
    : climb(namespace, index, ({ parent }) => parent ?? null, namespace.type);
}

function climb(
  start: Namespace,
  index: SnapshotIndex,
  above: (namespace: Namespace) => Known<number | null>,
  type: Namespace['type'],
): Chain {
  const namespaces: Namespace[] = [];
  for (let next = above(start); ; ) {
    if (!isKnown(next)) return { namespaces, end: next };
    if (next === null) return { namespaces, end: null };
    const found = index.namespace(type, next);
    if (!found || namespaces.includes(found))
      return { namespaces, end: { unknown: 'gone', detail: `${formatNamespace(type, next)} was not seen` } };
    namespaces.push(found);
    next = above(found);
  }
}

/** What a user namespace owns: those of other types, and user namespaces made in it. */
export function findOwned(namespace: Namespace, index: SnapshotIndex): readonly Namespace[] {
  return namespace.type === 'user' ? index.snapshot.namespaces.filter(({ owner }) => owner === namespace.inode) : [];
}

/** The pid namespaces right below a pid namespace; those below a user namespace are among what it owns. */
export function findChildren(namespace: Namespace, index: SnapshotIndex): readonly Namespace[] {
  return index.snapshot.namespaces.filter(({ type, parent }) => type === namespace.type && parent === namespace.inode);
}

/** The tasks of a namespace, each by pid and tid. */
export interface NamespaceMembers {
  readonly processes: readonly Process[];
  /** Threads in it whose process is not. */
  readonly threads: readonly Process[];
  /** Tasks that are elsewhere and whose children will be born in it. */
  readonly forChildren: readonly Process[];
}

/** Who is in a namespace, by the links in /proc/PID/ns. */
export function findMembers(namespace: Namespace, index: SnapshotIndex): NamespaceMembers {
  const { type, inode } = namespace;
  // Those whose children will be in it are members in a wider sense.
  const tasks = index.membersOf(type, inode).filter(({ namespaces }) => namespaces[type] === inode);
  return {
    processes: tasks.filter(isLeader),
    threads: tasks.filter((task) => !isLeader(task) && index.process(task.pid)?.namespaces[type] !== inode),
    forChildren: index.snapshot.processes.filter(({ namespaces }) =>
      childLinks.some(
        (link) => readLinkType(link) === type && namespaces[link] === inode && namespaces[type] !== inode,
      ),
    ),
  };
}

const childLinks = ['pid_for_children', 'time_for_children'] as const;

function isLeader(task: Process): boolean {
  return task.tid === task.pid;
}
