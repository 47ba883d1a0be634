// The registers of nf_tables, in which a rule loads what it compares: 16 words of 4 bytes, which have two names each.
import {
  beginningWith,
  namedAs,
  type PacketCondition,
  type PacketField,
  readBig,
  underMask,
  type ValueRange,
} from './rules.ts';

/** A part of a packet, or what the kernel knows of it. */
export interface LoadedField {
  /** Undefined where it is not understood: `name` says what it is. */
  readonly field: PacketField | undefined;
  readonly name: string;
  /** Of the whole field; fewer bytes may have been loaded: its beginning. */
  readonly width: number;
  readonly loaded: number;
  /** Its bytes are in the order of the machine. */
  readonly isOfHost?: true;
  readonly mask?: bigint;
}

export type Loaded = LoadedField | { readonly bytes: Uint8Array };

const wordBytes = 4;

/** NFT_REG_1, NFT_REG32_00, NFT_REG32_15 */
const [firstRegister, firstShort, lastShort] = [1, 8, 23];

/** Where a register begins: the old ones have 16 bytes, the new ones 4. Below zero for what is not one. */
function findWord(register: number): number {
  if (register < firstRegister || register > lastShort) return -1;
  return register >= firstShort ? register - firstShort : 4 * (register - firstRegister);
}

/** What is in the registers; never changed. */
export class Registers {
  readonly #words: ReadonlyMap<number, Loaded>;

  constructor(words: ReadonlyMap<number, Loaded> = new Map()) {
    this.#words = words;
  }

  /** What lay in one of its words before is gone. */
  with(register: number, loaded: Loaded): Registers {
    const start = findWord(register);
    const end = start + countWords(loaded);
    const left = [...this.#words].filter(([at, old]) => at >= end || at + countWords(old) <= start);
    return new Registers(new Map(left).set(start, loaded));
  }

  field(register: number): LoadedField {
    const found = this.#words.get(findWord(register));
    return found && 'field' in found ? found : { field: undefined, name: 'register', width: 0, loaded: 0 };
  }

  /** Bytes that a rule has put there, also into the words that follow. */
  bytes(register: number, count: number): Uint8Array | undefined {
    const word = findWord(register);
    for (let start = word; start >= 0; start--) {
      const found = this.#words.get(start);
      if (!found) continue;
      if (!('bytes' in found)) return undefined;
      const from = (word - start) * wordBytes;
      return from + count <= found.bytes.length ? found.bytes.subarray(from, from + count) : undefined;
    }
    return undefined;
  }

  /** The fields that a key of so many bytes is made of, each at a word of its own, and where it is in the key. */
  key(register: number, bytes: number): (LoadedField & { readonly at: number })[] {
    const fields: (LoadedField & { readonly at: number })[] = [];
    for (let at = 0; at < bytes; ) {
      const found = this.#words.get(findWord(register) + at / wordBytes);
      const field = found && 'field' in found ? found : undefined;
      if (!field) return [{ field: undefined, name: 'key', width: 0, loaded: bytes - at, at }];
      fields.push({ ...field, at });
      at += countWords(field) * wordBytes;
    }
    return fields;
  }
}

function countWords(loaded: Loaded): number {
  const bytes = 'bytes' in loaded ? loaded.bytes.length : loaded.loaded;
  return Math.max(Math.ceil(bytes / wordBytes), 1);
}

/** The values of a field for which what was loaded is between two of such; undefined where that is not one range. */
export function rangeOf(loaded: LoadedField, first: Uint8Array, last: Uint8Array = first): ValueRange | undefined {
  if (loaded.field === undefined) return undefined;
  const [low, high] = [first, last].map((bytes) => orderBytes(loaded, bytes).subarray(0, loaded.width));
  if (!low || !high) return undefined;
  if (loaded.field === 'in' || loaded.field === 'out')
    return first === last && loaded.mask === undefined ? namedAs(low, loaded.width) : undefined;
  const from = beginningWith(low, loaded.width);
  if (loaded.mask !== undefined) return first === last ? underMask(readBig(low), loaded.mask, loaded.width) : undefined;
  return { first: from.first, last: beginningWith(high, loaded.width).last };
}

function orderBytes({ isOfHost, loaded }: LoadedField, bytes: Uint8Array): Uint8Array {
  const own = bytes.subarray(0, Math.min(bytes.length, loaded));
  return isOfHost ? own.toReversed() : own;
}

export function conditionOf(loaded: LoadedField, ranges: readonly ValueRange[], not = false): PacketCondition {
  return { field: loaded.field ?? 'protocol', width: loaded.width, not, ranges };
}
