// The mounts of one mountinfo as a snapshot has them, with the 64-bit ids of listmount(2) where the two agree.
import type { Mount } from '../../model/snapshot/schema.ts';
import { parseMountinfo } from '../../parse/proc/mountinfo.ts';
import { parseText } from '../../parse/text/text.ts';
import { describeWords, judgeLock, type MountWords } from './describe-mount.ts';
import type { MountList } from './mounts.ts';

/** Of lines that only one mount namespace has, no more are kept than this: what is in many comes again at once. */
const maxCached = 4096;

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
      if (this.#words.size >= maxCached) this.#words.clear();
      this.#words.set(rest, words);
    }
    return words;
  }
}

/** The lines of a mountinfo, as columns: a hundred thousand small objects would cost more than the reading. */
export interface MountLines {
  readonly oldIds: readonly number[];
  readonly oldParents: readonly number[];
  readonly words: readonly MountWords[];
}

/** In their order. @throws MalformedError */
export function splitMountinfo(bytes: Uint8Array, cache: MountWordCache): MountLines {
  const lines: { oldIds: number[]; oldParents: number[]; words: MountWords[] } = {
    oldIds: [],
    oldParents: [],
    words: [],
  };
  const text = parseText(bytes);
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const first = text.indexOf(' ', start);
    const second = text.indexOf(' ', first + 1);
    lines.oldIds.push(Number(text.slice(start, first)));
    lines.oldParents.push(Number(text.slice(first + 1, second)));
    lines.words.push(cache.describe(text.slice(second, end)));
    start = end + 1;
  }
  return lines;
}

/**
 * Whether a list has the same mounts as the lines: both are in the order of the 64-bit ids, one is a part of the other
 * where a root leads to less, and so the number decides; the ends show that it is the same mount namespace.
 */
export function isListOf({ ids, firstOldId, lastOldId }: MountList, { oldIds }: MountLines): boolean {
  return ids.length === oldIds.length && oldIds[0] === firstOldId && oldIds.at(-1) === lastOldId;
}

/** Whether no mount came or went between two lists: the ids are used once. */
export function isSameList({ ids: one }: MountList, { ids: other }: MountList): boolean {
  return viewBytes(one).equals(viewBytes(other));
}

function viewBytes({ buffer, byteOffset, byteLength }: BigUint64Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** @param ids - of isListOf; none where the kernel has none, or gives none to the caller */
export function describeLines(
  { oldIds, oldParents, words }: MountLines,
  ids: BigUint64Array | undefined,
  mayBeLocked: boolean,
): Mount[] {
  const locked = judgeLock(mayBeLocked);
  const texts = ids && formatIds(ids);
  const byOldId = new Map<number, string>();
  if (texts) oldIds.forEach((oldId, at) => void byOldId.set(oldId, texts[at] ?? ''));
  return words.map((word, at) => {
    const id = texts?.[at];
    const oldId = oldIds[at] ?? 0;
    const oldParent = oldParents[at] ?? 0;
    const parent = byOldId.get(oldParent);
    const { device, root, mountPoint, fsType, source, options, superOptions, unbindable } = word;
    const mount: { -readonly [Field in keyof Mount]: Mount[Field] } = {
      oldId,
      oldParent,
      device,
      root,
      mountPoint,
      fsType,
      source,
      options,
      superOptions,
      unbindable,
      locked,
    };
    if (id !== undefined) mount.id = id;
    if (parent !== undefined) mount.parent = parent;
    if (word.peerGroup !== undefined) mount.peerGroup = word.peerGroup;
    if (word.master !== undefined) mount.master = word.master;
    if (word.propagateFrom !== undefined) mount.propagateFrom = word.propagateFrom;
    return Object.freeze(mount);
  });
}

/** In decimal. Few need more than a number holds exactly. */
function formatIds(ids: BigUint64Array): string[] {
  const halves = new Uint32Array(ids.buffer, ids.byteOffset, ids.length * 2);
  return Array.from({ length: ids.length }, (_, at) => {
    const id = (halves[2 * at + 1] ?? 0) * 2 ** 32 + (halves[2 * at] ?? 0);
    return Number.isSafeInteger(id) ? String(id) : String(ids[at]);
  });
}
