// The mounts of one mountinfo as a snapshot has them, with the 64-bit ids of listmount(2) where the two agree.
import type { Mount } from '../../model/snapshot/schema.ts';
import { parseMountinfo } from '../../parse/proc/mountinfo.ts';
import { parseText } from '../../parse/text/text.ts';
import { describeWords, type MountWords } from './describe-mount.ts';
import type { MountList } from './mounts.ts';

/**
 * What lines say besides their ids. Mount namespaces are mostly copies of one another: of a hundred thousand lines few
 * differ, and each kind is taken apart once.
 */
export class MountWordCache {
  readonly #words = new Map<string, MountWords>();

  /** @param rest - a line after its two ids, with the space before it */
  describe(rest: string): MountWords {
    let words = this.#words.get(rest);
    if (!words) {
      const [line] = parseMountinfo(`0 0${rest}`);
      if (!line) throw new TypeError('a line of mountinfo was expected');
      words = describeWords(line);
      this.#words.set(rest, words);
    }
    return words;
  }
}

interface SplitLine {
  readonly oldId: number;
  readonly oldParent: number;
  readonly words: MountWords;
}

/** Lines in their order; the last may be cut off, and is then left out. @throws MalformedError */
export function splitMountinfo(bytes: Uint8Array, cache: MountWordCache): SplitLine[] {
  const lines: SplitLine[] = [];
  for (const line of parseText(bytes).split('\n')) {
    if (line === '') continue;
    const first = line.indexOf(' ');
    const second = line.indexOf(' ', first + 1);
    lines.push({
      oldId: Number(line.slice(0, first)),
      oldParent: Number(line.slice(first + 1, second)),
      words: cache.describe(line.slice(second)),
    });
  }
  return lines;
}

/**
 * Whether a list has the same mounts as the lines: both are in the order of the 64-bit ids, one is a part of the other
 * where a root leads to less, and so the number decides; the ends show that it is the same mount namespace.
 */
export function isListOf({ ids, firstOldId, lastOldId }: MountList, lines: readonly SplitLine[]): boolean {
  return ids.length === lines.length && lines[0]?.oldId === firstOldId && lines.at(-1)?.oldId === lastOldId;
}

/** Whether no mount came or went between two lists: the ids are used once. */
export function isSameList(one: MountList, other: MountList): boolean {
  return one.ids.length === other.ids.length && one.ids.every((id, index) => id === other.ids[index]);
}

/** @param ids - of isListOf; none where the kernel has none, or gives none to the caller */
export function describeLines(lines: readonly SplitLine[], ids: BigUint64Array | undefined): Mount[] {
  const byOldId = new Map<number, string>();
  const texts = ids && Array.from(ids, String);
  if (texts) lines.forEach(({ oldId }, index) => void byOldId.set(oldId, texts[index] ?? ''));
  return lines.map(({ oldId, oldParent, words }, index) => {
    const id = texts?.[index];
    const parent = byOldId.get(oldParent);
    return Object.freeze({
      ...(id !== undefined && { id }),
      oldId,
      ...(parent !== undefined && { parent }),
      oldParent,
      ...words,
    });
  });
}
