// How records of BPF and of the addon are looked at: they are made of words of 32 and 64 bits, as the machine has them.
import { parseText } from '../text/text.ts';
import type { Layout } from './layout.ts';

/** The records as words of 32 bits, without a copy where their place in memory allows. */
export function viewWords(bytes: Uint8Array): Uint32Array {
  const aligned = align(bytes, 4);
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length >>> 2);
}

/** The records as words of 64 bits, without a copy where their place in memory allows. */
export function viewLongWords(bytes: Uint8Array): BigUint64Array {
  const aligned = align(bytes, 8);
  return new BigUint64Array(aligned.buffer, aligned.byteOffset, aligned.length >>> 3);
}

/** @throws Error when the bytes are no whole number of records: program and parser are not of one version */
export function countRecords(bytes: Uint8Array, layout: Pick<Layout, 'source' | 'bytes'>): number {
  const count = bytes.length / layout.bytes;
  if (!Number.isInteger(count))
    throw new Error(`${bytes.length} bytes are not a multiple of ${layout.bytes}, the size of ${layout.source}`);
  return count;
}

/** The unsigned 64 bits at a word, without a bigint: exact below 2^53. */
export function readLong(words: Uint32Array, at: number): number {
  return (words[at] as number) + (words[at + 1] as number) * 0x1_0000_0000;
}

/** The signed 64 bits at a word, without a bigint: exact for 53 of them. */
export function readSignedLong(words: Uint32Array, at: number): number {
  return (words[at] as number) + ((words[at + 1] as number) | 0) * 0x1_0000_0000;
}

const commBytes = 16;

/** The name of a task, up to its first zero. */
export function readComm(bytes: Uint8Array, start: number): string {
  let end = start;
  while (end < start + commBytes && bytes[end] !== 0) end++;
  return parseText(bytes.subarray(start, end));
}

function align(bytes: Uint8Array, unit: number): Uint8Array {
  return bytes.byteOffset % unit === 0 ? bytes : new Uint8Array(bytes);
}
