// Walks a path that another user may have shaped, name by name, so that no link leads out of its root and nothing on the
// way is opened. One name at a time is asked for, by openat2(2) where there is one: that way the owner of each directory is
// known, and which file system does not answer, and old kernels walk as new ones do.
import { closeSync, constants, openSync } from 'node:fs';
import { RefusedError } from '../addon/refused-error.ts';
import { isSyscallError } from '../addon/syscall-error.ts';
import { answersAtOnce } from './answering-devices.ts';
import { lookAt, type OpenPath, openName, pathOnly, readLinkText } from './file-calls.ts';
import { keepStandIn } from './stand-in.ts';

/** A path, and what of it is believed. */
export interface ShapedPath {
  /** What "/" means: a link of /proc to a directory, or a descriptor of one. nscope's own root when left out. */
  readonly root?: string | number;
  /** As text of parseText, which loses no bytes. */
  readonly path: string;
  /**
   * Which symbolic links are followed, each by its text and within the root: none, those that lead to a directory on the
   * way, or the last one too. `none` when left out.
   */
  readonly links?: 'none' | 'directories' | 'all';
  /** Who may own the file and each directory and link that leads to it; anybody when left out. */
  readonly trusts?: (uid: number) => boolean;
}

/** path_resolution(7) allows as many. */
const maxLinks = 40;

/**
 * Gives `use` the place that a path leads to; its descriptor is closed afterwards.
 * @throws SyscallError ENOENT, EACCES and so on; RefusedError ELOOP for a link that is not followed, ENOTDIR, EPERM for
 *   what belongs to somebody else, ETIMEDOUT
 */
export function reach<T>(shaped: ShapedPath, use: (place: OpenPath) => T): T {
  const walk = new Walk(shaped);
  return keepStandIn(() => {
    try {
      return use(walk.go());
    } finally {
      walk.close();
    }
  });
}

/** Whether a directory is there, no link leads to it, and every file system on the way is sure to answer. Asks no other. */
export function answersOnTheWay(path: string): boolean {
  const walk = new Walk({ path }, true);
  try {
    return walk.go().look.type === 'directory';
  } catch (error) {
    if (isSyscallError(error)) return false;
    throw error;
  } finally {
    walk.close();
  }
}

/** Where a last link leads by its own words. @throws as reach; RefusedError EINVAL where it is no link */
export function readLastLink({ path, ...others }: ShapedPath): string {
  const [, directory = '', name = ''] = /^(.*?)([^/]+)\/*$/.exec(path) ?? [];
  return reach({ ...others, path: directory }, (above) =>
    reach({ ...others, links: 'none', root: above.fd, path: name }, (place) => {
      if (place.look.type === 'link') return readLinkText(above, place, name);
      throw new RefusedError('EINVAL', 'readlinkat', `refused: ${path} is not a symbolic link`);
    }),
  );
}

class Walk {
  readonly #shaped: ShapedPath;
  /** From the root to where the walk is: ".." leads to the one before. */
  readonly #stack: OpenPath[] = [];
  readonly #toClose: number[] = [];
  readonly #sureOnly: boolean;
  #linksFollowed = 0;

  /** @param sureOnly - whether to go no further than file systems that answer at once */
  constructor(shaped: ShapedPath, sureOnly = false) {
    this.#shaped = shaped;
    this.#sureOnly = sureOnly;
  }

  go(): OpenPath {
    const { root = '/', path, links = 'none' } = this.#shaped;
    const fd = typeof root === 'number' ? root : this.#keep(openSync(root, pathOnly | constants.O_DIRECTORY));
    this.#stack.push({ fd, look: lookAt(fd), name: typeof root === 'number' ? '/' : root });
    this.#check(this.#top());
    const names = path.split('/');
    while (names.length > 0) {
      const name = names.shift() as string;
      if (name === '' || name === '.') continue;
      const here = this.#top();
      if (here.look.type !== 'directory')
        throw new RefusedError('ENOTDIR', 'openat2', `${here.name} is not a directory`);
      if (name === '..') {
        if (this.#stack.length > 1) this.#stack.pop();
        continue;
      }
      const place = this.#step(here, name);
      const isLast = names.every((one) => one === '' || one === '.');
      if (place.look.type !== 'link' || (isLast && links !== 'all')) {
        this.#stack.push(place);
        continue;
      }
      if (links === 'none' || ++this.#linksFollowed > maxLinks)
        throw new RefusedError('ELOOP', 'openat2', `refused: ${place.name} is a symbolic link`);
      const text = readLinkText(here, place, name);
      if (text.startsWith('/')) this.#stack.length = 1;
      names.unshift(...text.split('/'));
    }
    return this.#top();
  }

  #step(here: OpenPath, name: string): OpenPath {
    const fd = this.#keep(openName(here, name));
    const place = { fd, look: lookAt(fd), name: `${here.name === '/' ? '' : here.name}/${name}` };
    this.#check(place, here);
    if (this.#sureOnly && !answersAtOnce(place.look.dev))
      throw new RefusedError('ETIMEDOUT', 'openat2', `${place.name} may not answer`);
    return place;
  }

  /** What lies in a directory of somebody's is no less theirs than the directory: they may have moved it there. */
  #check({ look: { uid }, name }: OpenPath, above?: OpenPath): void {
    const { trusts } = this.#shaped;
    if (!trusts) return;
    const shaper = above?.look.uid ?? 0;
    const isMoved = shaper !== 0 && shaper !== process.geteuid?.() && uid !== shaper;
    if (!trusts(uid) || isMoved)
      throw new RefusedError('EPERM', 'openat2', `refused: ${name} belongs to uid ${isMoved ? shaper : uid}`);
  }

  #top(): OpenPath {
    return this.#stack[this.#stack.length - 1] as OpenPath;
  }

  #keep(fd: number): number {
    this.#toClose.push(fd);
    return fd;
  }

  close(): void {
    for (const fd of this.#toClose) closeSync(fd);
  }
}
