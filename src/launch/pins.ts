// Bind mounts that keep namespaces without a process: what `ip netns` and `unshare --net=FILE` make.
import { closeSync, existsSync, mkdirSync, openSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { attempt } from '../kernel/files.ts';
import { takeSteps } from '../kernel/spawn.ts';
import { isKnown } from '../model/known.ts';
import { LaunchError } from './launch-error.ts';
import { detach, mountFlags } from './mount-flags.ts';
import type { Pin } from './run-request.ts';

/** The pins of one launch; taken back where the launch fails. */
export class Pins {
  readonly #made: { readonly path: string; readonly createdFile: boolean }[] = [];

  /** @throws LaunchError when a file cannot be made or nothing may be mounted; none of them is left then */
  make(pid: number, pins: readonly Pin[]): void {
    try {
      for (const pin of pins) this.#make(pid, pin);
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  #make(pid: number, { type, path }: Pin): void {
    const createdFile = !existsSync(path);
    if (createdFile) {
      const made = attempt(() => {
        mkdirSync(dirname(path), { recursive: true });
        closeSync(openSync(path, 'wx', 0o444));
        return true;
      });
      if (!isKnown(made)) throw new LaunchError(`--keep: ${path} cannot be made (${made.errno})`);
    }
    const failure = takeSteps([['mount', `/proc/${pid}/ns/${type}`, path, null, mountFlags.bind, null]]);
    if (failure) {
      if (createdFile) unlinkSync(path);
      throw new LaunchError(
        `--keep: the ${type} namespace cannot be mounted on ${path} (${failure.errno})${hint(failure.errno, type)}`,
      );
    }
    this.#made.push({ path, createdFile });
  }

  remove(): void {
    for (const { path, createdFile } of this.#made.splice(0)) {
      takeSteps([['umount', path, detach]]);
      if (createdFile) attempt(() => unlinkSync(path) ?? true);
    }
  }
}

function hint(errno: string, type: string): string {
  if (errno === 'EPERM')
    return ': mounting needs CAP_SYS_ADMIN in the user namespace that owns the mount namespace nscope is in; run nscope as root';
  return errno === 'EINVAL' && type === 'mnt'
    ? ': a mount namespace can only be kept below a mount that is private (mount --bind DIR DIR && mount --make-private DIR)'
    : '';
}
