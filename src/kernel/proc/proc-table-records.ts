// The packed records of native/proc-visit.c, whose opening comment gives their layout.
import { readSignedLong, viewWords } from '../../parse/records/bpf-words.ts';
import { layOut } from '../../parse/records/layout.ts';
import type { ProcEntry } from './proc-table.ts';

/** What visit_entry packs; links and files come after it. */
export const entryLayout = layOut('struct head of native/proc-visit.c', {
  size: 'u32',
  err: 's32',
  uid: 'u32',
  gid: 'u32',
  nlink: 'u32',
  count: 'u32',
});

const { word } = entryLayout;

/**
 * Decodes the buffers, which hold the records of `names` one after another. Neighbours mostly have the same links: those
 * then share one array.
 */
export function* decodeProcTable(
  buffers: Iterable<Buffer>,
  names: readonly string[],
  linkCount: number,
  fileCount: number,
): Generator<ProcEntry> {
  let index = 0;
  for (const buffer of buffers) {
    const words = viewWords(buffer);
    let links: readonly number[] = [];
    let linksAt = 0;
    for (let start = 0; start < words.length; start += (words[start + word.size] as number) >>> 2) {
      const errno = words[start + word.err] as number;
      const name = names[index++] ?? '';
      if (errno !== 0) {
        yield { name, errno, uid: 0, links: [], files: [] };
        continue;
      }
      const at = start + entryLayout.words;
      if (linksAt === 0 || !areEqual(words, linksAt, at, 2 * linkCount)) links = readLinks(words, at, linkCount);
      linksAt = at;
      const files = readFiles(buffer, words, at + 2 * linkCount, fileCount);
      yield { name, errno, uid: words[start + word.uid] as number, links, files };
    }
  }
}

function areEqual(words: Uint32Array, a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (words[a + i] !== words[b + i]) return false;
  return true;
}

/**
 * Inode numbers and errno values fit 53 bits.
 * @param start - the word where the first of them begins
 */
export function readLinks(words: Uint32Array, start: number, count: number): number[] {
  const links: number[] = [];
  for (let i = start; i < start + 2 * count; i += 2) links.push(readSignedLong(words, i));
  return links;
}

/** @param start - the word where the first of the files begins */
export function readFiles(buffer: Buffer, words: Uint32Array, start: number, count: number): (Buffer | number)[] {
  const files: (Buffer | number)[] = [];
  let at = start * 4;
  for (let i = 0; i < count; i++) {
    const length = (words[at >>> 2] as number) | 0;
    files.push(length < 0 ? length : buffer.subarray(at + 4, at + 4 + length));
    at += length < 0 ? 8 : (4 + length + 7) & ~7;
  }
  return files;
}
