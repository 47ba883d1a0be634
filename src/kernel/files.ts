// Small files and names of the kernel and the host, read whole.
import { closeSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { isKnown, type Known, unknownFromErrno } from '../model/known.ts';
import { readErrnoName } from './syscall-error.ts';

/** The text of a file, or why it could not be read. For files of the kernel's own making, whose text is ASCII. */
export function readTextFile(path: string): Known<string> {
  return attempt(() => readFileSync(path, 'latin1'));
}

/** The entries of a directory, sorted, or why it could not be read. */
export function readDirectory(path: string): Known<readonly string[]> {
  return attempt(() => readdirSync(path).sort());
}

/** Where a symbolic link leads, or why it could not be read. */
export function readLink(path: string): Known<string> {
  return attempt(() => readlinkSync(path));
}

/** Inode number and device of what a path leads to, or why it could not be reached. */
export function readIdentity(path: string): Known<{ readonly inode: number; readonly dev: number }> {
  return attempt(() => {
    const { ino, dev } = statSync(path);
    return { inode: ino, dev };
  });
}

/** What `read` returns, or the errno that stopped it. */
export function attempt<T>(read: () => T): Known<T> {
  try {
    return read();
  } catch (error) {
    return unknownFromErrno(readErrnoName(error));
  }
}

/** st_dev of nsfs, by which a file that leads to a namespace is known; undefined where nscope's own links are unreadable. */
export function readNsfsDevice(): number | undefined {
  const own = readIdentity('/proc/self/ns/net');
  return isKnown(own) ? own.dev : undefined;
}

/** Closes a descriptor that a wrapper of this room returned. */
export function closeDescriptor(fd: number): void {
  closeSync(fd);
}
