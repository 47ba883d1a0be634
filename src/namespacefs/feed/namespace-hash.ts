// Did a namespace come or go? A number over the kernel's own list, read with BPF: a fraction of a millisecond.
import { readBpfNamespaces } from '../../kernel/bpf/run.ts';

const recordWords = 16;
const [inodeWord, idLow, idHigh] = [7, 0, 1];

/** @returns undefined where the list cannot be read with BPF */
export function hashNamespaces(): number | undefined {
  const reading = readBpfNamespaces();
  return 'refused' in reading ? undefined : hashList(reading.bytes);
}

/** FNV-1a over inode number and 64-bit id of each record (bpf/namespaces.bpf.c). */
function hashList(bytes: Uint8Array): number {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let hash = 0x811c9dc5;
  for (let at = 0; at + recordWords * 4 <= bytes.length; at += recordWords * 4)
    for (const word of [inodeWord, idLow, idHigh]) {
      hash = Math.imul(hash ^ words.getUint32(at + word * 4, true), 0x01000193);
    }
  return hash >>> 0;
}
