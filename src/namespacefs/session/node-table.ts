// The nodes that the kernel knows by number, for as long as it does: FUSE_LOOKUP to FUSE_FORGET.
import { rootNodeId } from '../../parse/fuse/protocol.ts';
import { type DirectoryNode, findEntry, type TreeNode } from '../tree/tree-node.ts';

/**
 * A node under a number. A file has a number for each text that it has had, so that what the kernel caches under a number
 * never changes, and an open file stays as it was when it was looked up.
 */
export interface KnownNode {
  readonly id: number;
  /** From the root. */
  readonly path: readonly string[];
  /** As it was when it was last found in a tree. */
  node: TreeNode;
  /** The tree in which it was last looked for. */
  tree: DirectoryNode;
  /** Whether that tree has it. */
  isThere: boolean;
  lookups: number;
  /** Of a file. */
  readonly text: string | undefined;
  readonly bytes: Uint8Array | undefined;
  readonly changedAtMs: number;
  /** Whether the file has been opened. */
  wasOpened: boolean;
}

export class NodeTable {
  readonly #byId = new Map<number, KnownNode>();
  readonly #newest = new Map<string, KnownNode>();
  readonly #encoder = new TextEncoder();
  #nextId = rootNodeId;

  constructor(root: DirectoryNode, nowMs: number) {
    this.#add(root, [], root, undefined, nowMs).lookups = 1;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** The node with this number, looked for anew where the tree is another. */
  get(id: number, tree: DirectoryNode): KnownNode | undefined {
    const known = this.#byId.get(id);
    if (!known || known.tree === tree) return known;
    const found = findNode(tree, known.path);
    known.tree = tree;
    known.isThere = found !== undefined && found.key === known.node.key;
    if (found && known.isThere) known.node = found;
    return known;
  }

  /**
   * A number for what stands in a directory of the tree: the one it has, while it is the same thing with the same text.
   * @param changedAtMs - when the thing came into being; for another text than before it is `nowMs`
   */
  enter(
    parent: KnownNode,
    name: string,
    node: TreeNode,
    tree: DirectoryNode,
    changedAtMs: number,
    nowMs: number,
  ): KnownNode {
    const text = node.kind === 'file' ? node.content() : undefined;
    const before = this.#newest.get(node.key);
    if (before && before.text === text) {
      before.node = node;
      before.tree = tree;
      before.isThere = true;
      return before;
    }
    return this.#add(node, [...parent.path, name], tree, text, before ? nowMs : changedAtMs);
  }

  /** The kernel has let go of a node so many times. */
  forget(id: number, lookups: number): void {
    const known = this.#byId.get(id);
    if (!known || id === rootNodeId) return;
    known.lookups -= lookups;
    if (known.lookups > 0) return;
    this.#byId.delete(id);
    if (this.#newest.get(known.node.key) === known) this.#newest.delete(known.node.key);
  }

  /** The number under which the kernel may know a node. */
  newest(key: string): KnownNode | undefined {
    return this.#newest.get(key);
  }

  /** What has ended has its number for as long as the kernel knows it; the same thing made anew gets another. */
  retire(key: string): void {
    this.#newest.delete(key);
  }

  #add(
    node: TreeNode,
    path: readonly string[],
    tree: DirectoryNode,
    text: string | undefined,
    changedAtMs: number,
  ): KnownNode {
    const bytes = text === undefined ? undefined : this.#encoder.encode(text);
    const id = this.#nextId++;
    const known = { id, path, node, tree, isThere: true, lookups: 0, text, bytes, changedAtMs, wasOpened: false };
    this.#byId.set(known.id, known);
    this.#newest.set(node.key, known);
    return known;
  }
}

/** What stands at a path of a tree. */
export function findNode(tree: DirectoryNode, path: readonly string[]): TreeNode | undefined {
  let node: TreeNode | undefined = tree;
  for (const name of path) node = node?.kind === 'directory' ? findEntry(node, name) : undefined;
  return node;
}
