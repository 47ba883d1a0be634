// The links in many directories of /proc at once, /proc/PID/fd above all: by the addon, or without it by Node alone.
import { readdirSync, readlinkSync } from 'node:fs';
import { constants } from 'node:os';
import { isKnown } from '../../model/snapshot/known.ts';
import { viewWords } from '../../parse/records/bpf-words.ts';
import { layOut } from '../../parse/records/layout.ts';
import { loadAddon } from '../addon/addon.ts';
import { isSyscallError } from '../addon/syscall-error.ts';
import { attempt } from '../files/files.ts';
import { countReaders, takeBatches } from './proc-reading.ts';

interface LinkDirectory {
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

/** What visit_links packs; each wanted link comes after it. */
export const linkDirectoryLayout = layOut('struct head of native/proc-visit.c', {
  size: 'u32',
  err: 's32',
  refused: 'u32',
  refusal: 'u32',
  nlink: 'u32',
  count: 'u32',
});

/** The text comes after it. */
export const linkLayout = layOut('struct link of native/proc-visit.c', { name: 'u32', length: 's32' });

const { word } = linkDirectoryLayout;

/** Directories whose links are being read. */
interface StartedLinks {
  /** Gives them once, in the order of their names. */
  take(): Iterable<LinkDirectory>;
  /** For what is not taken. */
  end(): void;
}

/**
 * Begins to read the links of each directory, those whose text begins with one of `beginnings`: threads of the addon read
 * while the caller does something else. Without it they are read when they are taken.
 * @param names - directories below `root`: "812/fd"
 * @throws SyscallError when `root` cannot be opened
 */
export function startProcLinks(names: readonly string[], beginnings: readonly string[], root = '/proc'): StartedLinks {
  const result = loadAddon();
  if (names.length === 0 || !('addon' in result))
    return { take: () => names.map((name) => readDirectoryLinks(`${root}/${name}`, name, beginnings)), end() {} };
  const { addon } = result;
  const reading = addon.startProcLinks(root, names.join('\n'), beginnings.join('\n'), '', 0, countReaders());
  return { take: () => decodeDirectories(takeBatches(addon, reading), names), end: () => addon.endProc(reading) };
}

/** The records of visit_links in native/proc-visit.c. */
function decodeDirectories(batches: Iterable<Buffer>, names: readonly string[]): LinkDirectory[] {
  const directories: LinkDirectory[] = [];
  for (const batch of batches) {
    const words = viewWords(batch);
    for (let at = 0; at < words.length; at += (words[at + word.size] as number) >>> 2)
      directories.push({
        name: names[directories.length] ?? '',
        errno: words[at + word.err] as number,
        refused: words[at + word.refused] as number,
        refusal: words[at + word.refusal] as number,
        count: words[at + word.count] as number,
        links: words[at + word.size] === linkDirectoryLayout.bytes ? noLinks : decodeLinks(batch, words, at),
      });
  }
  return directories;
}

const noLinks: LinkDirectory['links'] = [];

function decodeLinks(batch: Buffer, words: Uint32Array, start: number): LinkDirectory['links'] {
  const end = start * 4 + (words[start + word.size] as number);
  const links: { name: number; text: string }[] = [];
  for (let at = start * 4 + linkDirectoryLayout.bytes; at < end; ) {
    const link = at >>> 2;
    const text = at + linkLayout.bytes;
    const length = words[link + linkLayout.word.length] as number;
    links.push({
      name: words[link + linkLayout.word.name] as number,
      text: batch.toString('latin1', text, text + length),
    });
    at = (text + length + 7) & ~7;
  }
  return links;
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
