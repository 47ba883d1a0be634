// Where in the tree each namespace of a snapshot is, and whose what belongs to it is. Pure.

import { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { append } from '../../model/collections/append.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { type NamespaceType, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import type { Namespace, Snapshot } from '../../model/snapshot/schema.ts';

export interface Ownership {
  readonly uid: number;
  readonly gid: number;
}

export const ownedByRoot: Ownership = { uid: 0, gid: 0 };

/** What tells a namespace from all others, also from one that had its inode number before. */
export function keyOfNamespace({ type, inode, id }: Namespace): string {
  return isKnown(id) ? `${type}:${inode}:${id}` : `${type}:${inode}`;
}

export class TreePlaces {
  readonly index: SnapshotIndex;
  /** The boot's own. */
  readonly initials: Namespace[] = [];
  readonly #groups: ReadonlyMap<number, number>;
  readonly #paths = new Map<Namespace, readonly string[]>();
  readonly #children = new Map<Namespace, Namespace[]>();
  readonly #tops = new Map<NamespaceType, Namespace[]>(namespaceTypes.map((type) => [type, []]));
  readonly #owned = new Map<number, Namespace[]>();

  /** @param groups - the primary group of each user */
  constructor(snapshot: Snapshot, groups: ReadonlyMap<number, number>) {
    this.index = new SnapshotIndex(snapshot);
    this.#groups = groups;
    for (const namespace of snapshot.namespaces) {
      const { type, owner } = namespace;
      const above = this.#above(namespace);
      if (namespace.initial === true) this.initials.push(namespace);
      else if (above) append(this.#children, above, namespace);
      else append(this.#tops, type, namespace);
      if (isKnown(owner) && owner !== null) append(this.#owned, owner, namespace);
    }
  }

  /** Those that stand right below the directory of their type. */
  topsOf(type: NamespaceType): readonly Namespace[] {
    return this.#tops.get(type) ?? [];
  }

  childrenOf(namespace: Namespace): readonly Namespace[] {
    return this.#children.get(namespace) ?? [];
  }

  ownedBy(owner: Namespace): readonly Namespace[] {
    return this.#owned.get(owner.inode) ?? [];
  }

  /** From the root to its directory. */
  pathOf(namespace: Namespace): readonly string[] {
    let path = this.#paths.get(namespace);
    if (!path) {
      const above = this.#above(namespace);
      path =
        namespace.initial === true
          ? ['initial', namespace.type]
          : [...(above ? this.pathOf(above) : [namespace.type]), String(namespace.inode)];
      this.#paths.set(namespace, path);
    }
    return path;
  }

  /** @param from - the directory that a link lies in */
  relative(from: readonly string[], to: Namespace): string {
    return [...from.map(() => '..'), ...this.pathOf(to)].join('/');
  }

  /** The owner of the user namespace that owns it; root where that is not known, so that nobody else is let in. */
  whose({ ownerUid }: Namespace): Ownership {
    return isKnown(ownerUid) ? this.ofUser(ownerUid) : ownedByRoot;
  }

  ofUser(uid: number): Ownership {
    return { uid, gid: uid === 0 ? 0 : (this.#groups.get(uid) ?? nogroup) };
  }

  /** The namespace whose directory holds this one's. What has the boot's own above it stands at the top. */
  #above({ type, parent }: Namespace): Namespace | undefined {
    if (parent === undefined || !isKnown(parent) || parent === null) return undefined;
    const above = this.index.namespace(type, parent);
    return above?.initial === true ? undefined : above;
  }
}

const nogroup = 65534;
