// How the mounts of one mount namespace lie over one another, and where a path leads: mount_namespaces(7), path_resolution(7).
import { append } from '../collections/append.ts';
import type { Mount } from '../snapshot/schema.ts';

/** Mounts by their reused ids, which are used once in a table. */
export class MountLayout {
  readonly mounts: readonly Mount[];
  readonly #byId: ReadonlyMap<number, Mount>;
  readonly #byPlace = new Map<string, Mount[]>();
  /** What a path begins with: of several mounts on one another the last. */
  readonly root: Mount | undefined;
  #byDevice: Map<string, Mount[]> | undefined;
  #byPart: Map<string, Mount[]> | undefined;
  /** What hides the place that a mount lies on; null: nothing does. */
  readonly #bars = new Map<Mount, Mount | null>();
  #hidden: Map<Mount, number> | undefined;

  /** @param mounts - of one mount namespace, in the order of the kernel */
  constructor(mounts: readonly Mount[]) {
    this.mounts = mounts;
    this.#byId = new Map(mounts.map((mount) => [mount.oldId, mount]));
    for (const mount of mounts) append(this.#byPlace, placeOf(mount.oldParent, mount.mountPoint), mount);
    const roots = mounts.filter(({ mountPoint }) => mountPoint === '/');
    this.root = this.#top(roots.find((one) => !this.parentOf(one)) ?? roots[0]);
  }

  /** The mount that it lies on; undefined for a root. */
  parentOf({ oldId, oldParent }: Mount): Mount | undefined {
    return oldParent === oldId ? undefined : this.#byId.get(oldParent);
  }

  /** A mount and those that it lies on, up to a root. Tables of different moments may have a ring. */
  listUp(mount: Mount): ReadonlySet<Mount> {
    const chain = new Set<Mount>();
    for (let one: Mount | undefined = mount; one && !chain.has(one); one = this.parentOf(one)) chain.add(one);
    return chain;
  }

  /** The root and all that lies on it, in the order of the kernel: what a process sees whose root directory it is. */
  listBelowRoot(): readonly Mount[] {
    if (!this.root) return this.mounts;
    const isBelow = new Map<Mount, boolean>();
    return this.mounts.filter((mount) => {
      const chain: Mount[] = [];
      let found = false;
      for (const one of this.listUp(mount)) {
        const known = isBelow.get(one);
        found = known ?? one === this.root;
        chain.push(one);
        if (found || known === false) break;
      }
      for (const one of chain) isBelow.set(one, found);
      return found;
    });
  }

  /** Those of a file system, by its device. */
  ofDevice(device: string): readonly Mount[] {
    this.#byDevice ??= groupBy(this.mounts, (mount) => mount.device);
    return this.#byDevice.get(device) ?? [];
  }

  /** Those of the same directory or file of a file system. */
  ofPart(part: Pick<Mount, 'device' | 'root'>): readonly Mount[] {
    this.#byPart ??= groupBy(this.mounts, partOf);
    return this.#byPart.get(partOf(part)) ?? [];
  }

  /** Those that show a file of a file system, the smallest part of it first; of a part alone that it lies in, with `inside`. */
  *showing(device: string, path: string, inside = false): Generator<Mount> {
    // "/a//deleted" is how the kernel shows a directory that has no path any more: it lies in none of these.
    const isDeleted = path.includes('//');
    for (let root = inside ? parentOf(path) : path; root !== undefined; root = parentOf(root)) {
      if (isDeleted && !root.endsWith('//deleted') && !root.includes('//deleted/')) return;
      yield* this.ofPart({ device, root });
    }
  }

  /** The mount that lies on the root of this one, which it hides. */
  overMountOf(mount: Mount): Mount | undefined {
    return this.#findOn(mount.oldId, mount.mountPoint, mount);
  }

  /**
   * What hides it: a mount on its root, or one on the way to it. Its files are then reached by who has them open, and by
   * processes whose root or working directory lies there.
   */
  coveredBy(mount: Mount): Mount | undefined {
    return this.#findBar(mount) ?? this.overMountOf(mount);
  }

  /** How many mounts it hides: that below it, and what lies on the way that it bars. */
  countHidden(mount: Mount): number {
    if (!this.#hidden) {
      this.#hidden = new Map();
      for (const one of this.mounts) {
        const cover = this.coveredBy(one);
        if (cover) this.#hidden.set(cover, (this.#hidden.get(cover) ?? 0) + 1);
      }
    }
    return this.#hidden.get(mount) ?? 0;
  }

  /** The mount that a path leads to, and the path below its root; undefined where there is no root. */
  resolve(path: string): { readonly mount: Mount; readonly below: string } | undefined {
    if (!this.root) return undefined;
    let mount: Mount = this.root;
    for (let end = path.indexOf('/', 1); ; end = path.indexOf('/', end + 1)) {
      const prefix = end < 0 ? path : path.slice(0, end);
      const on: Mount | undefined = prefix === '/' ? undefined : this.#findOn(mount.oldId, prefix, mount);
      if (on) mount = this.#top(on) ?? on;
      if (end < 0) break;
    }
    return { mount, below: relate(path, mount.mountPoint) };
  }

  /** Of mounts on one another the last. Tables of different moments may have a ring. */
  #top(mount: Mount | undefined): Mount | undefined {
    const seen = new Set<Mount>();
    let top = mount;
    while (top && !seen.has(top)) {
      seen.add(top);
      top = this.overMountOf(top) ?? top;
    }
    return top;
  }

  #findBar(mount: Mount): Mount | undefined {
    const chain = new Set<Mount>();
    for (let one: Mount | undefined = mount; one && !this.#bars.has(one) && !chain.has(one); one = this.parentOf(one))
      chain.add(one);
    for (const one of [...chain].reverse()) {
      const parent = this.parentOf(one);
      this.#bars.set(one, parent ? (this.#bars.get(parent) ?? this.#findBarBetween(one, parent) ?? null) : null);
    }
    return this.#bars.get(mount) ?? undefined;
  }

  /** On the way from the mount point of the parent down, a sibling that the path meets first. */
  #findBarBetween(mount: Mount, parent: Mount): Mount | undefined {
    const { mountPoint } = mount;
    const from = parent.mountPoint === '/' ? 0 : parent.mountPoint.length;
    if (mountPoint !== parent.mountPoint) {
      const found = this.#findOn(parent.oldId, parent.mountPoint, mount);
      if (found) return found;
    }
    for (let end = mountPoint.indexOf('/', from + 1); end > 0; end = mountPoint.indexOf('/', end + 1)) {
      const found = this.#findOn(parent.oldId, mountPoint.slice(0, end), mount);
      if (found) return found;
    }
    return undefined;
  }

  #findOn(parent: number, path: string, except: Mount): Mount | undefined {
    return this.#byPlace.get(placeOf(parent, path))?.find((one) => one !== except && one.oldId !== parent);
  }
}

function groupBy(mounts: readonly Mount[], keyOf: (mount: Mount) => string): Map<string, Mount[]> {
  const groups = new Map<string, Mount[]>();
  for (const mount of mounts) append(groups, keyOf(mount), mount);
  return groups;
}

function placeOf(parent: number, mountPoint: string): string {
  return `${parent} ${mountPoint}`;
}

function partOf({ device, root }: Pick<Mount, 'device' | 'root'>): string {
  return `${device} ${root}`;
}

/** The directory that a path is in; undefined of the root, and of what is not a path. */
function parentOf(path: string): string | undefined {
  const slash = path.lastIndexOf('/');
  return path === '/' || slash < 0 ? undefined : path.slice(0, Math.max(1, slash));
}

/** The path below a directory that it is in: "/x" of /a/x and /a, "" of the directory itself. */
export function relate(path: string, directory: string): string {
  if (path === directory) return '';
  return directory === '/' ? path : path.slice(directory.length);
}

/** A path in a directory, of which `below` is "" or begins with a slash. */
export function joinPath(directory: string, below: string): string {
  if (below === '') return directory;
  return directory === '/' ? below : `${directory}${below}`;
}
