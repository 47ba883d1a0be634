// The records of bpf/tally.bpf.c: of each type of namespace how many there are, and a sum over their ids.
import { findTypeByCloneValue, type NamespaceType } from '../../model/snapshot/namespace-types.ts';
import { countRecords } from './bpf-words.ts';
import { layOut } from './layout.ts';
import { RecordReader } from './record-reader.ts';

export interface Tally {
  /** Of mixId, modulo 2^64. */
  readonly sum: bigint;
  readonly count: number;
}

export const tallyLayout = layOut('struct record of bpf/tally.bpf.c', { sum: 'u64', count: 'u32', type: 'u32' });

export function parseBpfTally(bytes: Uint8Array): Map<NamespaceType, Tally> {
  const record = new RecordReader(bytes);
  const tallies = new Map<NamespaceType, Tally>();
  const count = countRecords(bytes, tallyLayout);
  const { word } = tallyLayout;
  for (let index = 0; index < count; index++) {
    record.goTo(index * tallyLayout.words);
    const type = findTypeByCloneValue(record.u32(word.type));
    if (type === undefined) continue;
    tallies.set(type, { sum: record.u64(word.sum), count: record.u32(word.count) });
  }
  return tallies;
}

/** What an id adds to a sum: no few of them add up to what others do. */
export function mixId(id: bigint): bigint {
  const product = BigInt.asUintN(64, id * 0x9e3779b97f4a7c15n);
  return product ^ (product >> 29n);
}
