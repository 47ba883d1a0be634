// System calls on files that another user may have shaped, each on a descriptor: made here where the file system answers
// at once, else by a stand-in. Without the addon all are made here, and a silent file system is waited for.
import { constants, fstatSync, opendirSync, openSync, readlinkSync, readSync, statfsSync } from 'node:fs';
import { encodeText, parseLatin1, parseText } from '../../parse/text/text.ts';
import { type Addon, loadAddon } from '../addon/addon.ts';
import { requireAddon } from '../addon/require-addon.ts';
import { answersAtOnce } from './answering-devices.ts';
import { askStandIn } from './stand-in.ts';

type FileType = 'file' | 'directory' | 'link' | 'socket' | 'other';

/** What the kernel knows of a file without asking who serves the file system. */
export interface FileLook {
  readonly type: FileType;
  readonly uid: number;
  readonly gid: number;
  /** st_mode: type and permissions. */
  readonly mode: number;
  readonly inode: number;
  readonly dev: number;
  readonly size: number;
  /** st_ctime, in ms since 1970: nobody can set it back. */
  readonly changedAtMs: number;
}

/** A descriptor that leads to a file without having opened it (O_PATH), and what lies there. */
export interface OpenPath {
  readonly fd: number;
  readonly look: FileLook;
  /** How the place is called in messages. */
  readonly name: string;
}

/** As native/file-calls.h has them. */
const call = { open: 1, reopen: 2, read: 3, readLink: 4, list: 5, fileSystem: 6, enterRoot: 7 } as const;

const closeOnExec = 0o2000000;
/** O_PATH of open(2), which Node has no name for. */
export const pathOnly = 0o10000000;
const lookFlags = pathOnly | constants.O_NOFOLLOW | closeOnExec;
const readFlags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY | closeOnExec;

/** One read, and one block of names: both as native/file-calls.h has room for. */
const blockBytes = 65536;
const noName = new Uint8Array();

/** What lies behind a descriptor. @throws SyscallError */
export function lookAt(fd: number): FileLook {
  const found = loadAddon();
  if ('addon' in found) {
    const [mode, uid, gid, inode, dev, size, changedAtMs] = found.addon.lookAtFile(fd);
    return { type: nameType(mode), mode, uid, gid, inode, dev, size, changedAtMs };
  }
  const { mode, uid, gid, ino, dev, size, ctimeMs } = fstatSync(fd);
  return { type: nameType(mode), mode, uid, gid, inode: ino, dev, size, changedAtMs: Math.floor(ctimeMs) };
}

function nameType(mode: number): FileType {
  switch (mode & constants.S_IFMT) {
    case constants.S_IFREG:
      return 'file';
    case constants.S_IFDIR:
      return 'directory';
    case constants.S_IFLNK:
      return 'link';
    case constants.S_IFSOCK:
      return 'socket';
    default:
      return 'other';
  }
}

/**
 * Where a name in a directory leads; a link is not followed, and nothing is opened.
 * @param name - one name, as text of parseText
 * @returns a descriptor, which the caller closes
 */
export function openName(directory: OpenPath, name: string): number {
  const bytes = Buffer.from(encodeText(name));
  return make(
    directory,
    (addon, socket, timeoutMs) => addon.callFile(socket, call.open, directory.fd, bytes, lookFlags, 0, 0, timeoutMs),
    () => openSync(pathBelow(directory, bytes), lookFlags),
  );
}

/** The text of a symbolic link that openName led to, as parseText gives it. */
export function readLinkText(directory: OpenPath, link: OpenPath, name: string): string {
  const bytes = make<Buffer>(
    link,
    (addon, socket, timeoutMs) => addon.callFile(socket, call.readLink, link.fd, noName, 0, 0, 4096, timeoutMs),
    () => readlinkSync(pathBelow(directory, Buffer.from(encodeText(name))), 'buffer'),
  );
  return parseText(bytes);
}

function pathBelow({ fd }: OpenPath, name: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`/proc/self/fd/${fd}/`), name]);
}

/** Opens what was looked at for reading: a regular file, a directory or a namespace. The caller closes it. */
export function openForReading(place: OpenPath): number {
  return make(
    place,
    (addon, socket, timeoutMs) => addon.callFile(socket, call.reopen, place.fd, noName, readFlags, 0, 0, timeoutMs),
    () => openSync(`/proc/self/fd/${place.fd}`, readFlags),
  );
}

/** Another descriptor of the same place, which the caller closes. */
export function keepPlace({ fd }: OpenPath): number {
  return openSync(`/proc/self/fd/${fd}`, pathOnly);
}

/** The next bytes of a file from `offset` on; none at its end. @param fd - of openForReading */
export function readBlock(place: OpenPath, fd: number, offset: number, maxBytes: number): Buffer {
  const size = Math.min(maxBytes, blockBytes);
  return make<Buffer>(
    place,
    (addon, socket, timeoutMs) => addon.callFile(socket, call.read, fd, noName, 0, offset, size, timeoutMs),
    () => {
      const bytes = Buffer.alloc(size);
      return bytes.subarray(0, readSync(fd, bytes, 0, size, offset));
    },
  );
}

/**
 * The names in a directory as text of parseText, `.` and `..` left out, in the order of the file system.
 * @param fd - of openForReading
 * @returns no more than `maxNames` and those of one more block
 */
export function listNames(place: OpenPath, fd: number, maxNames: number): string[] {
  const names: string[] = [];
  while (names.length <= maxNames) {
    const block = make<Buffer>(
      place,
      (addon, socket, timeoutMs) => addon.callFile(socket, call.list, fd, noName, 0, 0, 0, timeoutMs),
      () => listByNode(fd, maxNames, names),
    );
    if (block.length === 0) break;
    const found = block.toString('latin1', 0, block.length - 1).split('\0');
    for (const name of found) if (name !== '.' && name !== '..') names.push(parseLatin1(name));
  }
  return names;
}

/** All at once, so that there is no second block. */
function listByNode(fd: number, maxNames: number, before: readonly string[]): Buffer {
  const names: string[] = [];
  if (before.length > 0) return Buffer.alloc(0);
  const directory = opendirSync(`/proc/self/fd/${fd}`, { encoding: 'latin1' });
  try {
    for (let entry = directory.readSync(); entry && names.length <= maxNames; entry = directory.readSync())
      names.push(entry.name);
  } finally {
    directory.closeSync();
  }
  return Buffer.from(names.map((name) => `${name}\0`).join(''), 'latin1');
}

/** statfs(2) f_type. */
export function readFileSystemType(place: OpenPath): number {
  return make<number>(
    place,
    (addon, socket, timeoutMs) => addon.callFile(socket, call.fileSystem, place.fd, noName, 0, 0, 0, timeoutMs),
    () => statfsSync(`/proc/self/fd/${place.fd}`).type,
  );
}

/**
 * The root directory of a mount namespace.
 * @param namespace - an nsfs descriptor; stays open
 * @returns a descriptor that opens nothing (O_PATH), which the caller closes
 * @throws SyscallError EPERM without CAP_SYS_ADMIN over it and CAP_SYS_CHROOT, EINVAL for another type; AddonMissingError
 */
export function openNamespaceRoot(namespace: number): number {
  const addon = requireAddon();
  return askStandIn(addon, 0, 'a mount namespace', (socket, timeoutMs) =>
    addon.callFile(socket, call.enterRoot, namespace, noName, 0, 0, 0, timeoutMs),
  ) as number;
}

/** With the addon: here where the file system answers at once, else by the stand-in. `node` does without the addon. */
function make<T extends number | Buffer>(
  { look: { dev }, name }: OpenPath,
  ask: (addon: Addon, socket: number, timeoutMs: number) => number | Buffer | null,
  node: () => T,
): T {
  const found = loadAddon();
  if (!('addon' in found)) return node();
  if (answersAtOnce(dev)) return ask(found.addon, -1, 0) as T;
  return askStandIn(found.addon, dev, name, (socket, timeoutMs) => ask(found.addon, socket, timeoutMs)) as T;
}
