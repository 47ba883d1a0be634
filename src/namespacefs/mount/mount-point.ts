// Can a directory be mounted on? What is wrong is said in a sentence; a dead namespacefs is cleared away.
import { AddonMissingError } from '../../kernel/addon/addon-missing-error.ts';
import { isSyscallError } from '../../kernel/addon/syscall-error.ts';
import { readTextFile } from '../../kernel/files/files.ts';
import { listShapedDirectory, lookAtShaped } from '../../kernel/files/shaped-files.ts';
import { FusermountError, fuseType, unmountFuse, unmountWithFusermount } from '../../kernel/mounts/fuse.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { parseMountinfo } from '../../parse/proc/mountinfo.ts';

/** Mounting was refused; the message is a sentence for a person. */
export class MountRefusedError extends Error {
  override readonly name = 'MountRefusedError';
  readonly code = 'NSCOPE_MOUNT';
  /** Of a command that ends with it. */
  readonly exitStatus = 2;

  /** What a failed mounting says to a person; anything unforeseen stays as it is. */
  static from(error: unknown, directory: string): unknown {
    if (error instanceof FusermountError)
      return new MountRefusedError(`${directory}: ${error.message}`, { cause: error });
    if (error instanceof AddonMissingError || !isSyscallError(error)) return error;
    return new MountRefusedError(explain(error.code, error.syscall, directory), { cause: error });
  }
}

function explain(errno: string, call: string, directory: string): string {
  if (call === 'open') {
    if (errno === 'EACCES' || errno === 'EPERM')
      return `/dev/fuse may not be opened (${errno}); its mode or the rules of the devices cgroup forbid it`;
    return `there is no /dev/fuse to use (${errno}); load the module: modprobe fuse`;
  }
  if (errno === 'EPERM') return `${directory} cannot be mounted on: that needs CAP_SYS_ADMIN (root), or fusermount3`;
  if (errno === 'ENODEV') return 'this kernel has no FUSE (ENODEV)';
  return `${directory} cannot be mounted on: ${errno} (${call})`;
}

/** The mount that covers a path, as mountinfo has it: the last of those at the same place. */
function findMount(directory: string): { readonly fsType: string } | undefined {
  const text = readTextFile('/proc/self/mountinfo');
  if (!isKnown(text)) return undefined;
  const lines = parseMountinfo(text);
  return lines.findLast(({ mountPoint }) => mountPoint === directory);
}

/** Of dead mounts one on the other no more are cleared away. */
const maxDead = 8;

/**
 * Makes sure that a directory is there, empty, and no mount point of a namespacefs that lives. What a killed nscope has
 * left behind there is unmounted.
 * @param directory - absolute, without symbolic links where that can be told
 * @throws MountRefusedError
 */
export function prepareMountPoint(directory: string, asRoot: boolean): void {
  for (let i = 0; i < maxDead; i++) {
    const state = look(directory);
    if (state !== 'dead') return;
    if (findMount(directory)?.fsType !== fuseType)
      throw new MountRefusedError(
        `${directory} is a dead mount of another file system (ENOTCONN); unmount it: umount -l`,
      );
    try {
      if (asRoot) unmountFuse(directory, true);
      else unmountWithFusermount(directory, true);
    } catch (error) {
      throw MountRefusedError.from(error, directory);
    }
  }
  throw new MountRefusedError(`${directory} is still a dead mount after ${maxDead} unmounts`);
}

function look(directory: string): 'ready' | 'dead' {
  const mount = findMount(directory);
  const path = directory;
  const place = lookAtShaped({ path });
  if (isKnown(place) && place.type !== 'directory') throw new MountRefusedError(`${directory} is not a directory`);
  const listing = isKnown(place) ? listShapedDirectory({ path }, 1) : place;
  if (isKnown(listing)) {
    if (mount?.fsType === fuseType) throw new MountRefusedError(`namespacefs is mounted at ${directory} already`);
    if (listing.names.length > 0) throw new MountRefusedError(`${directory} is not empty; mount at an empty directory`);
    return 'ready';
  }
  const { errno, detail } = listing;
  if (errno === 'ENOTCONN' || errno === 'ECONNABORTED') return 'dead';
  if (errno === 'ENOENT') throw new MountRefusedError(`${directory} does not exist; make it: mkdir ${directory}`);
  throw new MountRefusedError(`${directory} cannot be looked at: ${detail ?? errno}`);
}
