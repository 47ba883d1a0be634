// Small files and names of the kernel and the host, read whole.
import { closeSync, readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { isKnown, type Known, unknownFromErrno } from '../model/known.ts';
import { encodeText, isEscaped, parseText } from '../parse/text.ts';
import { readErrnoName } from './syscall-error.ts';

/** The text of a file, as parseText gives it, or why it could not be read. */
export function readTextFile(path: string): Known<string> {
  return attempt(() => parseText(readFileSync(toPath(path))));
}

/** A path for Node's functions, which would put U+FFFD in the place of bytes that are not UTF-8. */
export function toPath(path: string): string | Buffer {
  return isEscaped(path) ? Buffer.from(encodeText(path)) : path;
}

/** The entries of a directory, sorted, or why it could not be read; as text of parseText, so that no name is lost. */
export function readDirectory(path: string): Known<readonly string[]> {
  return attempt(() => readdirSync(toPath(path), 'buffer').map(parseText).sort());
}

/** The path without symbolic links. @throws SyscallError */
export function readRealPath(path: string): string {
  return parseText(realpathSync(toPath(path), 'buffer'));
}

/** Where a symbolic link leads, as text of parseText, or why it could not be read. */
export function readLink(path: string): Known<string> {
  return attempt(() => parseText(readlinkSync(toPath(path), 'buffer')));
}

/** Inode number and device of what a path leads to, or why it could not be reached. */
export function readIdentity(path: string): Known<{ readonly inode: number; readonly dev: number }> {
  return attempt(() => {
    const { ino, dev } = statSync(toPath(path));
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
