// The links in many directories of /proc at once, /proc/PID/fd above all: by the addon, or without it by Node alone.
import { readdirSync, readlinkSync } from 'node:fs';
import { availableParallelism, constants } from 'node:os';
import { isKnown } from '../model/known.ts';
import { loadAddon } from './addon.ts';
import { attempt } from './files.ts';
import { isSyscallError } from './syscall-error.ts';

export interface LinkDirectory {
  readonly name: string;
  /** 0, or the errno that opening the directory gave. */
  readonly errno: number;
  /** How many links are in it, the unwanted ones too. */
  readonly count: number;
  /** How many of them may not be read, and the errno of the last: a process may show its descriptors and not what they are. */
  readonly refused: number;
  readonly refusal: number;
  /** Those that begin in a wanted way; `name` is a number, as of a descriptor. */
  readonly links: readonly { readonly name: number; readonly text: string }[];
}

const headBytes = 24;
const mostThreads = 4;

/**
 * Reads the links of each directory and gives those whose text begins with one of `beginnings`.
 * @param names - directories below `root`: "812/fd"
 * @throws SyscallError when `root` cannot be opened
 */
export function* readProcLinks(
  names: readonly string[],
  beginnings: readonly string[],
  root = '/proc',
): Generator<LinkDirectory> {
  if (names.length === 0) return;
  const result = loadAddon();
  if (!('addon' in result)) {
    for (const name of names) yield readDirectoryLinks(`${root}/${name}`, name, beginnings);
    return;
  }
  const threads = Math.min(availableParallelism(), mostThreads);
  const buffers = result.addon.readProcLinks(root, names.join('\n'), beginnings.join('\n'), '', 0, threads);
  let index = 0;
  for (const buffer of buffers)
    for (let start = 0; start < buffer.length; start += buffer.readUInt32LE(start))
      yield decodeDirectory(buffer, start, names[index++] ?? '');
}

/** The records of visit_links in native/proc-visit.c. */
function decodeDirectory(buffer: Buffer, start: number, name: string): LinkDirectory {
  const end = start + buffer.readUInt32LE(start);
  const links: { name: number; text: string }[] = [];
  for (let at = start + headBytes; at < end; ) {
    const length = buffer.readInt32LE(at + 4);
    links.push({ name: buffer.readUInt32LE(at), text: buffer.toString('latin1', at + 8, at + 8 + length) });
    at += (8 + length + 7) & ~7;
  }
  return {
    name,
    errno: buffer.readInt32LE(start + 4),
    refused: buffer.readUInt32LE(start + 8),
    refusal: buffer.readUInt32LE(start + 12),
    count: buffer.readUInt32LE(start + 20),
    links,
  };
}

function readDirectoryLinks(path: string, name: string, beginnings: readonly string[]): LinkDirectory {
  let entries: string[];
  try {
    entries = readdirSync(path);
  } catch (error) {
    if (!isSyscallError(error)) throw error;
    return { name, errno: Math.abs(error.errno), count: 0, refused: 0, refusal: 0, links: [] };
  }
  const links: { name: number; text: string }[] = [];
  let refused = 0;
  let refusal = 0;
  for (const entry of entries) {
    const text = attempt(() => readlinkSync(`${path}/${entry}`, 'latin1'));
    if (!isKnown(text)) {
      // A descriptor that was closed meanwhile is passed over.
      if (text.unknown !== 'denied') continue;
      refused++;
      refusal = constants.errno[text.errno === 'EPERM' ? 'EPERM' : 'EACCES'];
    } else if (beginnings.some((beginning) => text.startsWith(beginning))) links.push({ name: Number(entry), text });
  }
  return { name, errno: 0, count: entries.length, refused, refusal, links };
}
