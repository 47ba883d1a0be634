// What the host has mounted, and where: it names what a mount of another mount namespace shows, proc_pid_mountinfo(5).
import { joinPath, MountLayout, relate } from '../model/derived/mount-layout.ts';
import type { Mount } from '../model/snapshot/schema.ts';

export class HostMounts {
  /** What its root directory is. */
  readonly root: Mount | undefined;
  readonly #layout: MountLayout;

  /** @param layout - of the mount namespace of the host; undefined where it is not known */
  constructor(layout = new MountLayout([])) {
    this.root = layout.root;
    this.#layout = layout;
  }

  /** Whether the host has the file system mounted, or a part of it. */
  has({ device }: Mount): boolean {
    return this.#layout.ofDevice(device).length > 0;
  }

  /**
   * The path by which the host has what a mount shows. Of several, that of the mount that the host made first.
   * @returns null where the host has the file system, and not this part of it: it is not mounted there, or covered
   */
  findPath({ device, root }: Mount): string | null {
    for (const mount of this.#layout.ofDevice(device)) {
      if (!isWithin(root, mount.root)) continue;
      const path = joinPath(mount.mountPoint, relate(root, mount.root));
      if (this.#layout.resolve(path)?.mount === mount) return path;
    }
    return null;
  }
}

export function isSameRoot(one: Mount | undefined, other: Mount | undefined): boolean {
  return one !== undefined && one.device === other?.device && one.root === other.root;
}

function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`);
}
