// The packed records of native/proc-visit.c, whose opening comment gives their layout.
import type { ProcEntry } from './proc-table.ts';

const headBytes = 24;

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
    let start = 0;
    let links: readonly number[] = [];
    let linksAt = 0;
    while (start < buffer.length) {
      const size = buffer.readUInt32LE(start);
      const errno = buffer.readInt32LE(start + 4);
      const name = names[index++] ?? '';
      if (errno !== 0) yield { name, errno, uid: 0, links: [], files: [] };
      else {
        const at = start + headBytes;
        const filesAt = at + 8 * linkCount;
        if (linksAt === 0 || !areEqual(buffer, linksAt, at, 8 * linkCount)) links = readLinks(buffer, at, linkCount);
        linksAt = at;
        yield {
          name,
          errno,
          uid: buffer.readUInt32LE(start + 8),
          links,
          files: readFiles(buffer, filesAt, fileCount),
        };
      }
      start += size;
    }
  }
}

/** A loop: for so few bytes a call of Buffer.compare costs more. */
function areEqual(buffer: Buffer, a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (buffer[a + i] !== buffer[b + i]) return false;
  return true;
}

function readLinks(buffer: Buffer, start: number, count: number): number[] {
  const links: number[] = [];
  // Inode numbers and errno values fit 53 bits: low word and sign-extended high word, without a bigint for each.
  for (let i = 0; i < count; i++) {
    const at = start + 8 * i;
    links.push(buffer.readUInt32LE(at) + buffer.readInt32LE(at + 4) * 0x1_0000_0000);
  }
  return links;
}

/** @param start - where the first of the files begins */
export function readFiles(buffer: Buffer, start: number, count: number): (Buffer | number)[] {
  const files: (Buffer | number)[] = [];
  let at = start;
  for (let i = 0; i < count; i++) {
    const length = buffer.readInt32LE(at);
    if (length < 0) {
      files.push(length);
      at += 8;
    } else {
      files.push(buffer.subarray(at + 4, at + 4 + length));
      at += (4 + length + 7) & ~7;
    }
  }
  return files;
}
