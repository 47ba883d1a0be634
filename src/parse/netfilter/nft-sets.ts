// Sets and maps of nf_tables: which keys each element stands for, and what it gives.

import type { NftData, NftElement, NftSet } from './nft-messages.ts';
import { readBig, type ValueRange, writeBig } from './rules.ts';

/** include/uapi/linux/netfilter/nf_tables.h */
const NFT_SET_INTERVAL = 0x4;
const NFT_SET_ELEM_INTERVAL_END = 0x1;

/** NFT_DATA_VALUE_MAXLEN */
const maxKeyBytes = 64;

/** Keys from the first to the last, of the same length. */
export interface NftEntry {
  /** Undefined for all other keys. */
  readonly keys: { readonly first: Uint8Array; readonly last: Uint8Array } | undefined;
  readonly data: NftData | undefined;
}

/** A set with its elements. */
export interface ReadSet {
  readonly name: string;
  readonly keyBytes: number;
  readonly entries: readonly NftEntry[];
  /** The names of expressions that are evaluated when an element is found, and may say that it does not count: "limit". */
  readonly expressions: readonly string[];
}

export function buildSet({ name, flags, keyBytes, expressions }: NftSet, elements: readonly NftElement[]): ReadSet {
  const isOfIntervals = (flags & NFT_SET_INTERVAL) !== 0 && elements.every(({ keyEnd }) => keyEnd === undefined);
  const others = elements.filter(({ key }) => key === undefined).map(({ data }) => ({ keys: undefined, data }));
  const entries = isOfIntervals
    ? joinIntervals(elements, keyBytes)
    : elements.flatMap(({ key, keyEnd, data }) => (key ? [{ keys: { first: key, last: keyEnd ?? key }, data }] : []));
  const all = new Set([...expressions, ...elements.flatMap((element) => element.expressions)]);
  return { name, keyBytes, entries: [...entries, ...others], expressions: [...all] };
}

/** Each element goes on to the next one, which may only say that it ends. */
function joinIntervals(elements: readonly NftElement[], keyBytes: number): NftEntry[] {
  const sorted = elements
    .flatMap((element) => (element.key ? [{ ...element, start: readBig(element.key) }] : []))
    .sort((a, b) => (a.start === b.start ? endsHere(b) - endsHere(a) : a.start < b.start ? -1 : 1));
  const largest = (1n << BigInt(8 * Math.min(keyBytes, maxKeyBytes))) - 1n;
  return sorted.flatMap((element, at) => {
    if (endsHere(element)) return [];
    const next = sorted[at + 1];
    const range: ValueRange = { first: element.start, last: next ? next.start - 1n : largest };
    const keys = { first: writeBig(range.first, keyBytes), last: writeBig(range.last, keyBytes) };
    return [{ keys, data: element.data }];
  });
}

function endsHere({ flags }: NftElement): number {
  return flags & NFT_SET_ELEM_INTERVAL_END;
}
