// The packed records of native/proc-visit.c, whose opening comment gives their layout.
import { viewWords } from '../../parse/records/bpf-words.ts';
import type { ProcEntry } from './proc-table.ts';

const headWords = 6;

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
    for (let start = 0; start < words.length; start += (words[start] as number) >>> 2) {
      const errno = words[start + 1] as number;
      const name = names[index++] ?? '';
      if (errno !== 0) {
        yield { name, errno, uid: 0, links: [], files: [] };
        continue;
      }
      const at = start + headWords;
      if (linksAt === 0 || !areEqual(words, linksAt, at, 2 * linkCount)) links = readLinks(words, at, linkCount);
      linksAt = at;
      const files = readFiles(buffer, words, at + 2 * linkCount, fileCount);
      yield { name, errno, uid: words[start + 2] as number, links, files };
    }
  }
}

function areEqual(words: Uint32Array, a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (words[a + i] !== words[b + i]) return false;
  return true;
}

/**
 * Inode numbers and errno values fit 53 bits: low word and sign-extended high word, without a bigint for each.
 * @param start - the word where the first of them begins
 */
export function readLinks(words: Uint32Array, start: number, count: number): number[] {
  const links: number[] = [];
  for (let i = start; i < start + 2 * count; i += 2)
    links.push((words[i] as number) + ((words[i + 1] as number) | 0) * 0x1_0000_0000);
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
