// Reads the fields of packed records, one record after another, by the places that their layout gives.
import { readComm, readLong, readSignedLong, viewLongWords, viewWords } from './bpf-words.ts';
import type { LongWord, ShortWord } from './layout.ts';

/** Stands on one record at a time; nothing is made for a record, and nothing decoded before it is asked for. */
export class RecordReader {
  readonly #bytes: Uint8Array;
  readonly #words: Uint32Array;
  readonly #longWords: BigUint64Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#words = viewWords(bytes);
    this.#longWords = viewLongWords(bytes);
  }

  /** How many words of 32 bits there are. */
  get length(): number {
    return this.#words.length;
  }

  /** Goes to the record that begins at a word of 32 bits. */
  goTo(at: number): this {
    this.#at = at;
    return this;
  }

  /** @param word - of a layout, here and below; of a field of 64 bits the low half is read */
  u32(word: number): number {
    return this.#words[this.#at + word] as number;
  }

  u64(word: LongWord): bigint {
    return this.#longWords[(this.#at + word) >>> 1] as bigint;
  }

  /** An array of them, of which `word` is the first. */
  u64s(word: LongWord, count: number): bigint[] {
    const start = (this.#at + word) >>> 1;
    return [...this.#longWords.subarray(start, start + count)];
  }

  /** 64 bits without a bigint: exact below 2^53. */
  long(word: LongWord): number {
    return readLong(this.#words, this.#at + word);
  }

  /** The same with a sign. */
  signedLong(word: LongWord): number {
    return readSignedLong(this.#words, this.#at + word);
  }

  /** 64 bits in decimal. Ids count from the boot on: few need more than a number holds exactly. */
  id(word: LongWord): string {
    const id = this.long(word);
    if (Number.isSafeInteger(id)) return String(id);
    return String((BigInt(this.u32(word + 1)) << 32n) | BigInt(this.u32(word)));
  }

  /** So many bytes of an array of characters. */
  bytes(word: ShortWord, length: number): Uint8Array {
    const start = (this.#at + word) * 4;
    return this.#bytes.subarray(start, start + length);
  }

  /** The name of a task. */
  comm(word: ShortWord): string {
    return readComm(this.#bytes, (this.#at + word) * 4);
  }
}
