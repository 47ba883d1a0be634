// What the host has mounted, and where: it names what a mount of another mount namespace shows, proc_pid_mountinfo(5).
import type { MountLine } from '../parse/proc/mountinfo.ts';
import { MountTree } from './mount-tree.ts';

export class HostMounts {
  /** What its root directory is. */
  readonly root: MountLine | undefined;
  readonly #tree: MountTree;
  readonly #byDevice = new Map<string, MountLine[]>();

  /** @param lines - of the mount namespace of the host, in the order of the kernel */
  constructor(lines: readonly MountLine[]) {
    this.root = findRoot(lines);
    this.#tree = new MountTree(lines);
    for (const line of lines) {
      const same = this.#byDevice.get(line.device);
      if (same) same.push(line);
      else this.#byDevice.set(line.device, [line]);
    }
  }

  /** Whether the host has the file system mounted, or a part of it. */
  has({ device }: MountLine): boolean {
    return this.#byDevice.has(device);
  }

  /**
   * The path by which the host has what a mount shows. Of several, that of the mount that the host made first.
   * @returns null where the host has the file system, and not this part of it: it is not mounted there, or covered
   */
  findPath({ device, root }: MountLine): string | null {
    for (const mount of this.#byDevice.get(device) ?? []) {
      if (!isWithin(root, mount.root)) continue;
      const rest = mount.root === '/' ? root : root.slice(mount.root.length);
      const path = mount.mountPoint === '/' ? rest || '/' : `${mount.mountPoint}${rest === '/' ? '' : rest}`;
      if (this.#tree.isVisible(mount) && !this.#tree.isCovered(mount, path)) return path;
    }
    return null;
  }
}

/** Of several on one another the last is seen. */
export function findRoot(lines: readonly MountLine[]): MountLine | undefined {
  return lines.findLast(({ mountPoint }) => mountPoint === '/');
}

export function isSameRoot(one: MountLine | undefined, other: MountLine | undefined): boolean {
  return one !== undefined && one.device === other?.device && one.root === other.root;
}

function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`);
}
