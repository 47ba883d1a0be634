// The tree that is shown: that of the feed's state, with the numbers under which the kernel knows its nodes, and what is to
// be told when it becomes another.
import type { Snapshot } from '../../model/snapshot/schema.ts';
import { Chronicle, formatChange } from '../feed/chronicle.ts';
import type { FeedChange, SnapshotFeed } from '../feed/snapshot-feed.ts';
import { buildTree, type NamespaceTree, type TreeOptions } from '../tree/tree.ts';
import type { DirectoryNode } from '../tree/tree-node.ts';
import { keyOfNamespace } from '../tree/tree-places.ts';
import type { Announcement } from './announcer.ts';
import { findNode, NodeTable } from './node-table.ts';

interface TreeListener {
  /** Lines for the file of events. */
  onLines(lines: readonly string[]): void;
  /** Directories that came or went, where the kernel knows the one that they lie in. */
  onAnnouncements(announcements: readonly Announcement[]): void;
}

export class ShownTree {
  readonly nodes: NodeTable;
  readonly chronicle: Chronicle;
  /** Ends the listening. */
  readonly stop: () => void;
  readonly #feed: SnapshotFeed;
  readonly #options: TreeOptions;
  readonly #now: () => number;
  readonly #listener: TreeListener;
  #snapshot: Snapshot;
  #tree: NamespaceTree;

  /** @param now - ms since 1970 */
  constructor(feed: SnapshotFeed, options: TreeOptions, now: () => number, listener: TreeListener) {
    this.#feed = feed;
    this.#options = options;
    this.#now = now;
    this.#listener = listener;
    this.#snapshot = feed.current();
    this.#tree = buildTree(this.#snapshot, options);
    this.nodes = new NodeTable(this.#tree.root, now());
    this.chronicle = new Chronicle(now());
    this.stop = feed.onChange((snapshot, changes) => this.#change(snapshot, changes));
  }

  /** The tree of the state now. */
  present(): DirectoryNode {
    const snapshot = this.#feed.current();
    if (snapshot !== this.#snapshot) this.#show(snapshot);
    return this.#tree.root;
  }

  /** As it was shown last. */
  get root(): DirectoryNode {
    return this.#tree.root;
  }

  #change(snapshot: Snapshot, changes: readonly FeedChange[]): void {
    this.chronicle.note(changes, this.#now());
    const old = this.#tree;
    this.#show(snapshot);
    this.#listener.onLines(changes.map(formatChange));
    const announcements = changes.flatMap((change) => this.#describe(change, old));
    if (announcements.length > 0) this.#listener.onAnnouncements(announcements);
  }

  #describe(change: FeedChange, old: NamespaceTree): Announcement[] {
    if (change.kind === 'lost' || !change.namespace) return [];
    const { kind, namespace } = change;
    const tree = kind === 'created' ? this.#tree : old;
    const path = tree.pathOf(namespace);
    const above = findNode(tree.root, path.slice(0, -1));
    const parent = above && this.nodes.newest(above.key);
    const key = keyOfNamespace(namespace);
    const isKnown = this.nodes.newest(key) !== undefined;
    if (kind === 'destroyed') this.nodes.retire(key);
    if (!parent) return [];
    const node = findNode(tree.root, path);
    return node?.kind === 'directory' ? [{ kind, path, parentId: parent.id, node, isKnown }] : [];
  }

  #show(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
    this.#tree = buildTree(snapshot, this.#options);
  }
}
