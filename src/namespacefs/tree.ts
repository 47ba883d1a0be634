// The tree of the file system, of one snapshot: which directory holds what. Pure.
//
//   TYPE/INODE/          the namespaces of a type that are not the boot's own; pid and user ones below their parent
//   TYPE/INODE/tasks …   what is known of one: namespace-files.ts
//   user/INODE/owned/    links to what a user namespace owns
//   initial/TYPE/        the boot's own namespaces, which have the same files
//   by-id/, by-name/, by-pid/ links
//   events               what comes and goes
import { SnapshotIndex } from '../analysis/snapshot-index.ts';
import { isKnown } from '../model/known.ts';
import { type NamespaceType, namespaceLinks, namespaceTypes, readLinkType } from '../model/namespace-types.ts';
import type { Namespace, Process, Snapshot } from '../model/schema.ts';
import { findCandidates } from './entrances.ts';
import { numberOf, numberOfProcess, numberOfTop, numberOfTypeDirectory, slot } from './inode-numbers.ts';
import { namespaceFiles } from './namespace-files.ts';
import { type DirectoryNode, makeDirectory, type SymlinkNode, type TreeNode } from './tree-node.ts';

type Entry = readonly [string, TreeNode];

/** What the host knows and a snapshot does not. */
export interface TreeOptions {
  /** The primary group of each user. */
  readonly groups: ReadonlyMap<number, number>;
  /** Texts that are read when they are asked for: the mounts of a mount namespace, the devices of a network namespace. */
  readonly readMounts?: (namespace: Namespace) => string;
  readonly readLinks?: (namespace: Namespace) => string;
}

const root = { uid: 0, gid: 0 } as const;

/** The tree of one snapshot. */
export interface NamespaceTree {
  readonly root: DirectoryNode;
  /** Where the directory of a namespace of this snapshot is: names from the root on. */
  pathOf(namespace: Namespace): readonly string[];
}

export function buildTree(snapshot: Snapshot, options: TreeOptions): NamespaceTree {
  const tree = new Tree(snapshot, options);
  return { root: tree.root(), pathOf: (namespace) => tree.pathOf(namespace) };
}

/** What tells a namespace from all others, also from one that had its inode number before. */
export function keyOfNamespace({ type, inode, id }: Namespace): string {
  return isKnown(id) ? `${type}:${inode}:${id}` : `${type}:${inode}`;
}

class Tree {
  readonly #index: SnapshotIndex;
  readonly #options: TreeOptions;
  readonly #paths = new Map<Namespace, readonly string[]>();
  readonly #children = new Map<Namespace, Namespace[]>();
  readonly #tops = new Map<NamespaceType, Namespace[]>(namespaceTypes.map((type) => [type, []]));
  readonly #initials: Namespace[] = [];
  readonly #owned = new Map<number, Namespace[]>();

  constructor(snapshot: Snapshot, options: TreeOptions) {
    this.#index = new SnapshotIndex(snapshot);
    this.#options = options;
    for (const namespace of snapshot.namespaces) {
      const { type, owner } = namespace;
      const above = this.#above(namespace);
      if (namespace.initial === true) this.#initials.push(namespace);
      else if (above) append(this.#children, above, namespace);
      else append(this.#tops, type, namespace);
      if (isKnown(owner) && owner !== null) append(this.#owned, owner, namespace);
    }
  }

  root(): DirectoryNode {
    const links = ['by-id', 'by-name', 'by-pid'] as const;
    const listOf = { 'by-id': () => this.#byId(), 'by-name': () => this.#byName(), 'by-pid': () => this.#byPid() };
    return makeDirectory({ ...root, key: '/', inode: 1 }, () => [
      ...namespaceTypes.map((type, i) =>
        this.#top(type, i, () => this.#tops.get(type)?.map((one) => this.#enter(one))),
      ),
      this.#top('initial', 16, () => this.#initials.map((one): Entry => [one.type, this.#directory(one)])),
      ...links.map((name, i) => this.#top(name, 17 + i, listOf[name])),
      ['events', { kind: 'events', key: 'events', inode: numberOfTop(32), mode: 0o440, ...root }],
    ]);
  }

  #top(name: string, index: number, list: () => Iterable<Entry> | undefined): Entry {
    return [name, makeDirectory({ ...root, key: name, inode: numberOfTop(index) }, () => list() ?? [])];
  }

  /** The namespace whose directory holds this one's. What has the boot's own above it stands at the top. */
  #above({ type, parent }: Namespace): Namespace | undefined {
    if (parent === undefined || !isKnown(parent) || parent === null) return undefined;
    const above = this.#index.namespace(type, parent);
    return above?.initial === true ? undefined : above;
  }

  #enter(namespace: Namespace): Entry {
    return [String(namespace.inode), this.#directory(namespace)];
  }

  #directory(namespace: Namespace): DirectoryNode {
    const key = keyOfNamespace(namespace);
    const whose = this.#whose(namespace);
    const inode = numberOf(namespace.inode, slot.directory);
    const children = this.#children.get(namespace) ?? [];
    const directories = children.length + (namespace.type === 'user' ? 1 : 0);
    return makeDirectory({ key, inode, namespace, directories, ...whose }, () => [
      ...namespaceFiles.flatMap((file, i): Entry[] => {
        if (file.has?.(namespace) === false) return [];
        const inode = numberOf(namespace.inode, slot.file + i);
        const content = () => file.content(namespace, this.#index);
        return [[file.name, { kind: 'file', key: `${key}/${file.name}`, inode, mode: 0o440, ...whose, content }]];
      }),
      ...this.#readWhenAsked(namespace, key, whose),
      [
        'ns',
        {
          kind: 'entrance',
          key: `${key}/ns`,
          inode: numberOf(namespace.inode, slot.file + 0x80),
          ...whose,
          namespace,
          candidates: findCandidates(namespace, this.#index),
        },
      ],
      ...(namespace.type === 'user' ? [this.#ownedBy(namespace, key, whose)] : []),
      ...children.map((child) => this.#enter(child)),
    ]);
  }

  /** Once for each snapshot. */
  #readWhenAsked(namespace: Namespace, key: string, whose: { uid: number; gid: number }): Entry[] {
    const { readMounts, readLinks } = this.#options;
    const [name, read] = namespace.type === 'mnt' ? ['mounts', readMounts] : ['links', readLinks];
    if (!read || (namespace.type !== 'mnt' && namespace.type !== 'net')) return [];
    let text: string | undefined;
    const content = () => {
      text ??= read(namespace);
      return text;
    };
    const inode = numberOf(namespace.inode, slot.file + 0x81);
    return [[name, { kind: 'file', key: `${key}/${name}`, inode, mode: 0o440, ...whose, content }]];
  }

  #ownedBy(owner: Namespace, key: string, whose: { uid: number; gid: number }): Entry {
    const path = [...this.pathOf(owner), 'owned'];
    const list = () =>
      namespaceTypes.flatMap((type, i): Entry[] => {
        const owned = (this.#owned.get(owner.inode) ?? []).filter((one) => one.type === type);
        if (owned.length === 0) return [];
        const inode = numberOf(owner.inode, slot.ownedOf + i);
        return [
          [
            type,
            makeDirectory({ key: `${key}/owned/${type}`, inode, ...whose }, () =>
              owned.map((one): Entry => [String(one.inode), this.#link([...path, type], one, slot.owned, key)]),
            ),
          ],
        ];
      });
    const inode = numberOf(owner.inode, slot.ownedOf + 0x80);
    return ['owned', makeDirectory({ key: `${key}/owned`, inode, ...whose }, list)];
  }

  *#byId(): Generator<Entry> {
    for (const namespace of this.#index.snapshot.namespaces)
      if (isKnown(namespace.id)) yield [namespace.id, this.#link(['by-id'], namespace, slot.byId, 'by-id')];
  }

  *#byName(): Generator<Entry> {
    for (const type of namespaceTypes) {
      const named = this.#index.snapshot.namespaces.filter((one) => one.type === type && one.names.length > 0);
      if (named.length === 0) continue;
      const inode = numberOfTypeDirectory('by-name', type);
      const list = () =>
        named.flatMap((namespace) =>
          namespace.names
            .filter(({ name }) => isFileName(name))
            .map(({ name }, i): Entry => [name, this.#link(['by-name', type], namespace, slot.byName + i, 'by-name')]),
        );
      yield [type, makeDirectory({ ...root, key: `by-name/${type}`, inode }, list)];
    }
  }

  *#byPid(): Generator<Entry> {
    for (const process of this.#index.snapshot.processes) {
      if (process.tid !== process.pid) continue;
      const key = `process:${process.pid}:${process.startTimeTicks}`;
      const whose = { uid: process.uid, gid: this.#groupOf(process.uid) };
      // What the kernel tells of a process's namespaces it tells its user and root alone: proc_pid_ns(5).
      const node = { key, inode: numberOfProcess(process.pid), mode: 0o550, directories: 0, ...whose };
      yield [String(process.pid), makeDirectory(node, () => this.#linksOf(process, key, whose))];
    }
  }

  *#linksOf(process: Process, key: string, whose: { uid: number; gid: number }): Generator<Entry> {
    for (const link of namespaceLinks) {
      const number = process.namespaces[link];
      const namespace = isKnown(number) ? this.#index.namespace(readLinkType(link), number) : undefined;
      if (!namespace) continue;
      const inode = numberOfProcess(process.pid, link);
      const target = this.#relative(['by-pid', String(process.pid)], namespace);
      yield [link, { kind: 'symlink', key: `${key}/${link}`, inode, ...whose, target }];
    }
  }

  /** @param from - the directory that the link lies in */
  #link(from: readonly string[], to: Namespace, slotNumber: number, key: string): SymlinkNode {
    return {
      kind: 'symlink',
      key: `${key}/${slotNumber}/${keyOfNamespace(to)}`,
      inode: numberOf(to.inode, slotNumber),
      ...this.#whose(to),
      target: this.#relative(from, to),
    };
  }

  #relative(from: readonly string[], to: Namespace): string {
    return [...from.map(() => '..'), ...this.pathOf(to)].join('/');
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

  /** The owner of the user namespace that owns it; root where that is not known, so that nobody else is let in. */
  #whose({ ownerUid }: Namespace): { uid: number; gid: number } {
    return isKnown(ownerUid) ? { uid: ownerUid, gid: this.#groupOf(ownerUid) } : root;
  }

  #groupOf(uid: number): number {
    return uid === 0 ? 0 : (this.#options.groups.get(uid) ?? nogroup);
  }
}

const nogroup = 65534;

function isFileName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name) && name.length <= 84;
}

function append<K>(map: Map<K, Namespace[]>, key: K, namespace: Namespace): void {
  const list = map.get(key);
  if (list) list.push(namespace);
  else map.set(key, [namespace]);
}
