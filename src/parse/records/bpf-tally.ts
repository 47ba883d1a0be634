// The records of bpf/tally.bpf.c: of each type of namespace how many there are, and a sum over their ids.
import { findTypeByCloneValue, type NamespaceType } from '../../model/snapshot/namespace-types.ts';
import { countRecords, viewLongWords, viewWords } from './bpf-words.ts';

export interface Tally {
  /** Of mixId, modulo 2^64. */
  readonly sum: bigint;
  readonly count: number;
}

const recordBytes = 16;

export function parseBpfTally(bytes: Uint8Array): Map<NamespaceType, Tally> {
  const words = viewWords(bytes);
  const sums = viewLongWords(bytes);
  const tallies = new Map<NamespaceType, Tally>();
  for (let record = 0; record < countRecords(bytes, recordBytes); record++) {
    const type = findTypeByCloneValue(words[record * 4 + 3] as number);
    if (type !== undefined)
      tallies.set(type, { sum: sums[record * 2] as bigint, count: words[record * 4 + 2] as number });
  }
  return tallies;
}

/** What an id adds to a sum: no few of them add up to what others do. */
export function mixId(id: bigint): bigint {
  const product = BigInt.asUintN(64, id * 0x9e3779b97f4a7c15n);
  return product ^ (product >> 29n);
}
