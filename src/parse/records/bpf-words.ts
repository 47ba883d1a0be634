// How records of BPF and of the addon are looked at: they are made of words of 32 and 64 bits, as the machine has them.

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
export function countRecords(bytes: Uint8Array, recordBytes: number): number {
  const count = bytes.length / recordBytes;
  if (!Number.isInteger(count))
    throw new Error(`${bytes.length} bytes of BPF records are not a multiple of ${recordBytes}`);
  return count;
}

function align(bytes: Uint8Array, unit: number): Uint8Array {
  return bytes.byteOffset % unit === 0 ? bytes : new Uint8Array(bytes);
}
