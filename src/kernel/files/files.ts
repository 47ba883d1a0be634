// Small files and names of the kernel's own file systems, read whole. What another user may have put somewhere is read by
// shaped-files.ts.
import { closeSync, readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { isKnown, type Known, unknownFromErrno } from '../../model/snapshot/known.ts';
import { encodeText, isEscaped, parseText } from '../../parse/text/text.ts';
import { RefusedError } from '../addon/refused-error.ts';
import { readErrnoName } from '../addon/syscall-error.ts';

const ofKernel = /^\/(?:proc|sys)(?:\/|$)/;

/** Below these links of /proc, and at their ends, lie files that any user may have made. */
const leadsOut = /\/(?:root|cwd|exe|fd|map_files)(?:\/|$)|\/\.\.(?:\/|$)/;

/** @throws TypeError for a path out of /proc and /sys, or one that may lead out of them */
function checkKernelPath(path: string): void {
  if (!ofKernel.test(path) || (leadsOut.test(path) && path !== '/proc/self/fd')) throw notOfKernel(path);
}

function notOfKernel(path: string): TypeError {
  return new TypeError(`${path} is read as a file of the kernel, and may be another`);
}

/** The text of a file of /proc or /sys, as parseText gives it, or why it could not be read. */
export function readTextFile(path: string): Known<string> {
  checkKernelPath(path);
  return attempt(() => parseText(readFileSync(toPath(path))));
}

/** A path for Node's functions, which would put U+FFFD in the place of bytes that are not UTF-8. */
export function toPath(path: string): string | Buffer {
  return isEscaped(path) ? Buffer.from(encodeText(path)) : path;
}

/** The entries of a directory of /proc or /sys, sorted, or why it could not be read; as text of parseText. */
export function readDirectory(path: string): Known<readonly string[]> {
  checkKernelPath(path);
  return attempt(() => readdirSync(toPath(path), 'buffer').map(parseText).sort());
}

/** The path without symbolic links, of what the caller of nscope names. @throws SyscallError */
export function readRealPath(path: string): string {
  return parseText(realpathSync(toPath(path), 'buffer'));
}

/** Where a symbolic link of /proc leads, as text of parseText, or why it could not be read; no other file system is asked. */
export function readLink(path: string): Known<string> {
  if (!ofKernel.test(path)) throw notOfKernel(path);
  return attempt(() => parseText(readlinkSync(toPath(path), 'buffer')));
}

/** Inode number and device of what a path of /proc or /sys leads to, or why it could not be reached. */
export function readIdentity(path: string): Known<{ readonly inode: number; readonly dev: number }> {
  checkKernelPath(path);
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
    return error instanceof RefusedError ? error.unknown : unknownFromErrno(readErrnoName(error));
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
