// The mounts of all mount namespaces, and how they lie on one another: mount_namespaces(7).
import { append } from '../../model/collections/append.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { Mount, MountTable } from '../../model/snapshot/schema.ts';

/** A mount and the mount namespace that it is in, by its inode number. */
export interface PlacedMount {
  readonly mount: Mount;
  readonly namespace: number;
}

/** Ids of mounts are given once in the whole system, as long as the mount is there. */
export class MountForest {
  readonly #byId = new Map<number, PlacedMount>();
  readonly #byDevice = new Map<string, PlacedMount[]>();
  readonly #children = new Map<number, PlacedMount[]>();
  readonly #byPeers = new Map<number, PlacedMount[]>();
  readonly #byMaster = new Map<number, PlacedMount[]>();
  readonly #followers = new Map<PlacedMount, readonly PlacedMount[]>();
  readonly #byNamespace = new Map<number, PlacedMount[]>();

  constructor(tables: readonly MountTable[]) {
    for (const { inode, mounts } of tables)
      for (const mount of isKnown(mounts) ? mounts : []) this.#add({ mount, namespace: inode });
  }

  #add(placed: PlacedMount): void {
    const { mount, namespace } = placed;
    const { oldId, oldParent, device, peerGroup, master } = mount;
    this.#byId.set(oldId, placed);
    append(this.#byDevice, device, placed);
    append(this.#byNamespace, namespace, placed);
    if (oldParent !== oldId) append(this.#children, oldParent, placed);
    if (peerGroup !== undefined) append(this.#byPeers, peerGroup, placed);
    if (master !== undefined) append(this.#byMaster, master, placed);
  }

  /** By the id that mountinfo has. */
  find(oldId: number): PlacedMount | undefined {
    return this.#byId.get(oldId);
  }

  findUnique(id: string): PlacedMount | undefined {
    return [...this.#byId.values()].find(({ mount }) => mount.id === id);
  }

  all(): Iterable<PlacedMount> {
    return this.#byId.values();
  }

  ofDevice(device: string): readonly PlacedMount[] {
    return this.#byDevice.get(device) ?? [];
  }

  /** In the order of the kernel. */
  ofNamespace(inode: number): readonly PlacedMount[] {
    return this.#byNamespace.get(inode) ?? [];
  }

  /** Undefined for the root of a mount namespace. */
  parentOf({ mount, namespace }: PlacedMount): PlacedMount | undefined {
    const parent = mount.oldParent === mount.oldId ? undefined : this.#byId.get(mount.oldParent);
    return parent?.namespace === namespace ? parent : undefined;
  }

  /** Those that lie on it, the latest first. */
  childrenOf({ mount, namespace }: PlacedMount): readonly PlacedMount[] {
    return (this.#children.get(mount.oldId) ?? []).filter((one) => one.namespace === namespace).reverse();
  }

  /** All that lie on it and on these, the deepest first. */
  listBelow(placed: PlacedMount, depth = 0): PlacedMount[] {
    if (depth > maxDepth) return [];
    return this.childrenOf(placed).flatMap((child) => [...this.listBelow(child, depth + 1), child]);
  }

  depthOf(placed: PlacedMount): number {
    let depth = 0;
    for (let one = this.parentOf(placed); one && depth < maxDepth; one = this.parentOf(one)) depth++;
    return depth;
  }

  /** What lies topmost on a path of a mount namespace; undefined where nothing is mounted there. */
  findAt(namespace: number, path: string): PlacedMount | undefined {
    const here = this.ofNamespace(namespace).filter(({ mount }) => mount.mountPoint === path);
    return here.find((one) => !this.childrenOf(one).some(({ mount }) => mount.mountPoint === path)) ?? here.at(-1);
  }

  /** The mount that a path of a mount namespace lies on, by the text of the path alone. */
  findAround(namespace: number, path: string): PlacedMount | undefined {
    for (let one = path; one !== ''; one = one.slice(0, one.lastIndexOf('/'))) {
      const found = this.findAt(namespace, one);
      if (found) return found;
    }
    return this.findAt(namespace, '/');
  }

  /**
   * What goes with an unmount of this mount, or lets it fail: what lies on the same directory in the peers and slaves of the
   * mount around it. umount(2) leaves those on which others lie.
   */
  followersOf(placed: PlacedMount): readonly PlacedMount[] {
    const known = this.#followers.get(placed) ?? this.#findFollowers(placed);
    this.#followers.set(placed, known);
    return known;
  }

  #findFollowers(placed: PlacedMount): readonly PlacedMount[] {
    const around = this.parentOf(placed);
    if (around?.mount.peerGroup === undefined) return [];
    const directory = joinPath(around.mount.root, belowOf(around.mount.mountPoint, placed.mount.mountPoint) ?? '');
    return this.#receiversOf(around).flatMap((receiver) => {
      const rest = belowOf(receiver.mount.root, directory);
      if (rest === undefined) return [];
      const path = joinPath(receiver.mount.mountPoint, rest);
      return this.childrenOf(receiver).find(({ mount }) => mount.mountPoint === path) ?? [];
    });
  }

  /** All that events on a mount go to: its peers, their slaves, and the peers of these. */
  #receiversOf(sender: PlacedMount): PlacedMount[] {
    const groups = new Set([sender.mount.peerGroup ?? 0]);
    const receivers = new Set<PlacedMount>();
    for (const group of groups)
      for (const one of [...(this.#byPeers.get(group) ?? []), ...(this.#byMaster.get(group) ?? [])]) {
        if (one !== sender) receivers.add(one);
        if (one.mount.peerGroup !== undefined) groups.add(one.mount.peerGroup);
      }
    return [...receivers];
  }
}

/** Tables of different moments may form a ring. */
const maxDepth = 1000;

/** What of a path comes after a directory: '' for the directory itself, undefined for what is not in it. */
export function belowOf(directory: string, path: string): string | undefined {
  if (path === directory) return '';
  const start = directory === '/' ? '/' : `${directory}/`;
  return path.startsWith(start) ? path.slice(start.length) : undefined;
}

function joinPath(directory: string, rest: string): string {
  if (rest === '') return directory;
  return directory === '/' ? `/${rest}` : `${directory}/${rest}`;
}
