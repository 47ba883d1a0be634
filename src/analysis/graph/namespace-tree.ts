// How namespaces nest: by owner, by parent, or by the processes that made them.
import { isKnown } from '../../model/snapshot/known.ts';
import type { Namespace } from '../../model/snapshot/schema.ts';
import type { ListedNamespace } from './inferred-places.ts';
import type { SnapshotIndex } from './snapshot-index.ts';
import { layOutTree } from './tree-layout.ts';

/**
 * By what namespaces nest: the user namespace that owns each, the parent of pid and user namespaces, or the processes
 * in them.
 */
export const treeKinds = ['owner', 'parent', 'process'] as const;
/** By what namespaces nest. */
export type TreeKind = (typeof treeKinds)[number];

/** Whether a word is one of treeKinds. */
export function isTreeKind(word: string): word is TreeKind {
  return (treeKinds as readonly string[]).includes(word);
}

/** A namespace with its place in the drawing. */
export interface TreeRow {
  readonly namespace: ListedNamespace;
  /** Branches to draw in front of it. */
  readonly prefix: string;
}

/**
 * Orders namespaces as a forest. One whose place cannot be told, or whose place is not among those given, is a root: none
 * is left out.
 */
export function arrangeTree(namespaces: readonly ListedNamespace[], index: SnapshotIndex, kind: TreeKind): TreeRow[] {
  const given = new Set<ListedNamespace>(namespaces);
  return layOutTree(namespaces, (namespace) => {
    const found = findAbove(namespace, index, kind);
    return found && given.has(found) ? found : undefined;
  }).map(({ node, prefix }) => ({ namespace: node, prefix }));
}

/** The namespace that one lies below; undefined where there is none, or it is not known. */
export function findAbove(namespace: ListedNamespace, index: SnapshotIndex, kind: TreeKind): Namespace | undefined {
  return { owner: findOwner, parent: findParent, process: findAncestor }[kind](namespace, index);
}

function findOwner(namespace: ListedNamespace, index: SnapshotIndex): Namespace | undefined {
  const { owner } = namespace;
  return isKnown(owner) && owner !== null ? index.namespace('user', owner) : undefined;
}

function findParent(namespace: ListedNamespace, index: SnapshotIndex): Namespace | undefined {
  const { parent } = namespace;
  return parent !== undefined && isKnown(parent) && parent !== null
    ? index.namespace(namespace.type, parent)
    : undefined;
}

/** The namespace of the same type that the nearest ancestor of the leader is in, where that is another one. */
function findAncestor(namespace: ListedNamespace, index: SnapshotIndex): Namespace | undefined {
  const { leader } = namespace.processes;
  const seen = new Set<number>();
  let process = leader === null ? undefined : index.process(leader);
  while (process && !seen.has(process.pid)) {
    seen.add(process.pid);
    const inode = process.namespaces[namespace.type];
    if (isKnown(inode) && inode !== namespace.inode) return index.namespace(namespace.type, inode);
    process = index.process(process.ppid);
  }
  return undefined;
}
