// Bind mounts that keep namespaces without a process: what `ip netns` and `unshare --net=FILE` make.
import { closeSync, existsSync, mkdirSync, openSync, rmdirSync, unlinkSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { quoteWord } from '../../analysis/release/shell-words.ts';
import type { FileLook } from '../../kernel/files/file-calls.ts';
import { attempt, toPath } from '../../kernel/files/files.ts';
import { lookAtShaped } from '../../kernel/files/shaped-files.ts';
import { takeSteps } from '../../kernel/own/spawn.ts';
import { isKnown, type Unknown } from '../../model/snapshot/known.ts';
import { netnsDirectory } from '../../model/snapshot/namespace-types.ts';
import { LaunchError } from '../plan/launch-error.ts';
import { detach, mountFlags } from '../plan/mount-flags.ts';
import type { Pin } from '../plan/run-request.ts';

/** The pins of one launch; taken back where the launch fails. */
export class Pins {
  readonly #made: { readonly path: string; readonly createdFile: boolean; readonly root: FileIdentity | undefined }[] =
    [];
  readonly #directories: string[] = [];

  /** @throws LaunchError when a file cannot be made or nothing may be mounted; none of them is left then */
  make(pid: number, pins: readonly Pin[]): void {
    try {
      for (const pin of pins) this.#make(pid, pin);
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  #make(pid: number, { type, path, directory }: Pin): void {
    if (directory !== undefined) this.#makeDirectory(directory);
    // ip-netns(8) makes its directory itself, at the first name after a boot.
    else if (dirname(path) === netnsDirectory) this.#makeDirectory(netnsDirectory);
    const there = lookAtShaped({ path: resolve(path), links: 'all' });
    if (isKnown(there) && there.type !== 'file')
      throw new LaunchError(
        `--keep: ${path} is not a regular file, and what it is would be covered: name one, or a new file`,
      );
    const other = this.#made.find(({ root }) => isKnown(there) && root !== undefined && isSame(root, there));
    if (other) throw new LaunchError(`--keep: ${path} and ${other.path} are the same file, which keeps one namespace`);
    const createdFile = !isKnown(there);
    if (createdFile) {
      const made = attempt(() => closeSync(openSync(toPath(path), 'wx', 0o444)) ?? true);
      if (!isKnown(made)) throw new LaunchError(`--keep: ${path} cannot be made (${made.errno})${hintAt(made, path)}`);
    }
    const failure = takeSteps([['mount', `/proc/${pid}/ns/${type}`, path, null, mountFlags.bind, null]]);
    if (failure) {
      if (createdFile) unlinkSync(toPath(path));
      throw new LaunchError(
        `--keep: the ${type} namespace cannot be mounted on ${path} (${failure.errno})${hint(failure.errno, type)}`,
      );
    }
    const mounted = lookAtShaped({ path: resolve(path), links: 'all' });
    this.#made.push({ path, createdFile, root: isKnown(mounted) ? mounted : undefined });
  }

  /** One directory and not its parents: a path with a slip in it is to be an error. */
  #makeDirectory(path: string): void {
    if (existsSync(toPath(path))) return;
    const made = attempt(() => mkdirSync(toPath(path), 0o755) ?? true);
    if (!isKnown(made)) throw new LaunchError(`--keep: ${path} cannot be made (${made.errno})${hintAt(made, path)}`);
    this.#directories.push(path);
  }

  remove(): void {
    for (const { path, createdFile } of this.#made.splice(0)) {
      takeSteps([['umount', path, detach]]);
      if (createdFile) attempt(() => unlinkSync(toPath(path)) ?? true);
    }
    for (const path of this.#directories.splice(0)) attempt(() => rmdirSync(toPath(path)) ?? true);
  }
}

/** What tells one file from all others: stat(2). */
type FileIdentity = Pick<FileLook, 'dev' | 'inode'>;

function isSame(one: FileIdentity, other: FileIdentity): boolean {
  return one.dev === other.dev && one.inode === other.inode;
}

function hintAt({ unknown }: Unknown, path: string): string {
  return unknown === 'gone' ? `: make its directory first: mkdir -p ${quoteWord(dirname(path))}` : '';
}

function hint(errno: string, type: string): string {
  if (errno === 'EPERM')
    return ': mounting needs CAP_SYS_ADMIN in the user namespace that owns the mount namespace nscope is in; run nscope as root';
  return errno === 'EINVAL' && type === 'mnt'
    ? ': a mount namespace can only be kept below a mount that is private (mount --bind DIR DIR && mount --make-private DIR)'
    : '';
}
