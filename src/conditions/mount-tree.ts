// How the mounts of one mount namespace lie over one another: mount_namespaces(7), proc_pid_mountinfo(5).
import type { MountLine } from '../parse/proc/mountinfo.ts';

/** The deepest chain of mounts that is followed: lines of different moments may form a ring. */
const maxDepth = 1000;

export class MountTree {
  readonly #byId: ReadonlyMap<number, MountLine>;
  readonly #byPlace: ReadonlyMap<string, MountLine>;

  /** @param lines - all of one mount namespace, in the order of the kernel */
  constructor(lines: readonly MountLine[]) {
    this.#byId = new Map(lines.map((line) => [line.id, line]));
    this.#byPlace = new Map(lines.map((line) => [placeOf(line.parentId, line.mountPoint), line]));
  }

  /** The mount that it lies on; undefined for the root. */
  parentOf({ id, parentId }: MountLine): MountLine | undefined {
    return parentId === id ? undefined : this.#byId.get(parentId);
  }

  /** Whether its path leads to it: no other mount lies on it, or on a directory above it. */
  isVisible(mount: MountLine): boolean {
    if (this.#findOn(mount.id, mount.mountPoint, mount)) return false;
    for (const one of this.#listUp(mount)) {
      const parent = this.parentOf(one);
      if (parent && this.#isBarred(one, parent)) return false;
    }
    return true;
  }

  /** Whether it or a mount above it has the flag. */
  isUnbindable(mount: MountLine): boolean {
    return this.#listUp(mount).some(({ propagation }) => propagation.includes('unbindable'));
  }

  /** Whether another mount lies on a path below the mount point of this one, or on the way down to it. */
  isCovered({ id, mountPoint }: MountLine, path: string): boolean {
    for (let end = mountPoint === '/' ? 0 : mountPoint.length; end >= 0 && end < path.length; ) {
      end = path.indexOf('/', end + 1);
      const step = end < 0 ? path : path.slice(0, end);
      if (step !== mountPoint && this.#byPlace.has(placeOf(id, step))) return true;
    }
    return false;
  }

  /** On the way from the mount point of the parent down, a sibling that the path meets first. */
  #isBarred(mount: MountLine, parent: MountLine): boolean {
    const from = parent.mountPoint === '/' ? 0 : parent.mountPoint.length;
    if (this.#findOn(parent.id, parent.mountPoint, mount)) return true;
    const { mountPoint } = mount;
    for (let end = mountPoint.indexOf('/', from + 1); end > 0; end = mountPoint.indexOf('/', end + 1))
      if (this.#findOn(parent.id, mountPoint.slice(0, end), mount)) return true;
    return false;
  }

  #findOn(id: number, path: string, except: MountLine): boolean {
    const found = this.#byPlace.get(placeOf(id, path));
    return found !== undefined && found !== except && found.id !== id;
  }

  #listUp(mount: MountLine): MountLine[] {
    const chain: MountLine[] = [];
    for (let one: MountLine | undefined = mount; one && chain.length < maxDepth; one = this.parentOf(one))
      chain.push(one);
    return chain;
  }
}

function placeOf(parentId: number, mountPoint: string): string {
  return `${parentId} ${mountPoint}`;
}
