// Reads what another user may have shaped: files below the root of a process, state of engines, names in /run/netns. Every
// such look goes through here, and whatever lies there, it neither waits, nor reads on and on, nor is led elsewhere.
import { closeSync } from 'node:fs';
import type { Known } from '../../model/snapshot/known.ts';
import { parseText } from '../../parse/text/text.ts';
import { RefusedError } from '../addon/refused-error.ts';
import {
  type FileLook,
  keepPlace,
  listNames,
  type OpenPath,
  openForReading,
  readBlock,
  readFileSystemType,
} from './file-calls.ts';
import { attempt } from './files.ts';
import { reach, readLastLink, type ShapedPath } from './shaped-path.ts';

/** include/uapi/linux/magic.h */
const cgroupMagic = 0x27e0eb;
const cgroup2Magic = 0x63677270;

/**
 * The text of a regular file of no more than `maxBytes`, as parseText gives it; of a control group's the first so many. What is no regular file is not opened.
 * @returns the text, or why not: `detail` says what was refused, or what did not answer (ETIMEDOUT)
 */
export function readShapedFile(shaped: ShapedPath, maxBytes: number): Known<string> {
  return attempt(() => reach(shaped, (place) => readText(place, maxBytes)));
}

function readText(place: OpenPath, maxBytes: number): string {
  const { name, look } = place;
  if (look.type === 'link') throw new RefusedError('ELOOP', 'open', `refused: ${name} is a symbolic link`);
  if (look.type !== 'file') throw new RefusedError('EINVAL', 'open', `refused: ${name} is not a regular file`);
  if (look.size > maxBytes)
    throw new RefusedError('EFBIG', 'open', `refused: ${name} is larger than ${maxBytes} bytes`);
  // Files of the kernel's own have no size, and reading some waits: only those of control groups are read.
  const size = look.size === 0 && isCgroupFile(place) ? maxBytes : look.size;
  if (size === 0) return '';
  const fd = openForReading(place);
  try {
    const parts: Buffer[] = [];
    let length = 0;
    while (length < size) {
      const part = readBlock(place, fd, length, size - length);
      if (part.length === 0) break;
      parts.push(part);
      length += part.length;
    }
    return parseText(Buffer.concat(parts));
  } finally {
    closeSync(fd);
  }
}

function isCgroupFile(place: OpenPath): boolean {
  const type = readFileSystemType(place);
  return type === cgroupMagic || type === cgroup2Magic;
}

/** What lies there; of a last link that is not followed, the link. */
export function lookAtShaped(shaped: ShapedPath): Known<FileLook> {
  return attempt(() => reach(shaped, ({ look }) => look));
}

/** Where a last link leads by its own words, as text of parseText. EINVAL where it is no link. */
export function readShapedLink(shaped: ShapedPath): Known<string> {
  return attempt(() => readLastLink(shaped));
}

interface ShapedListing {
  /** Sorted, as text of parseText. */
  readonly names: readonly string[];
  /** Whether there are more than were asked for. */
  readonly cut: boolean;
}

/** The names in a directory, `maxNames` of them at most. */
export function listShapedDirectory(shaped: ShapedPath, maxNames: number): Known<ShapedListing> {
  return attempt(() => reach(shaped, (place) => listPlace(place, maxNames)));
}

/** The same of a place. @throws SyscallError, RefusedError */
export function listPlace(place: OpenPath, maxNames: number): ShapedListing {
  if (place.look.type !== 'directory')
    throw new RefusedError('ENOTDIR', 'open', `refused: ${place.name} is not a directory`);
  const fd = openForReading(place);
  try {
    const names = listNames(place, fd, maxNames);
    return { names: names.slice(0, maxNames).sort(), cut: names.length > maxNames };
  } finally {
    closeSync(fd);
  }
}

/** statfs(2) f_type of what lies there. */
export function readShapedFileSystem(shaped: ShapedPath): Known<number> {
  return attempt(() => reach(shaped, readFileSystemType));
}

/**
 * A descriptor that leads to a socket without having opened it (O_PATH): connect(2) finds that socket at /proc/self/fd/FD,
 * whatever has come in its place since. The caller closes it.
 */
export function openShapedSocket(shaped: ShapedPath): Known<number> {
  return attempt(() =>
    reach(shaped, (place) => {
      if (place.look.type === 'socket') return keepPlace(place);
      throw new RefusedError('ENOTSOCK', 'connect', `refused: ${place.name} is not a socket`);
    }),
  );
}
