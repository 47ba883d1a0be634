// Takes a stored light skeleton (bpf/skeletons/*.skel, written by scripts/skeletons.js) apart.

/** A light skeleton: the loader's data and instructions, and how many descriptors the loader gives back. */
export interface BpfSkeleton {
  readonly maps: number;
  readonly progs: number;
  readonly data: Uint8Array;
  readonly insns: Uint8Array;
}

const magic = 'nscopeB1';
const headBytes = 128;

/**
 * Reads a stored skeleton; `data` and `insns` are views of `bytes`.
 * @throws Error when the file is cut or is no skeleton: the installation is damaged
 */
export function parseBpfSkeleton(bytes: Buffer): BpfSkeleton {
  if (bytes.length < headBytes || bytes.toString('latin1', 0, magic.length) !== magic)
    throw new Error('not a stored BPF skeleton');
  const dataEnd = headBytes + bytes.readUInt32LE(16);
  const insnsEnd = dataEnd + bytes.readUInt32LE(20);
  if (bytes.length !== insnsEnd) throw new Error(`a BPF skeleton of ${insnsEnd} bytes has ${bytes.length}`);
  return {
    maps: bytes.readUInt32LE(8),
    progs: bytes.readUInt32LE(12),
    data: bytes.subarray(headBytes, dataEnd),
    insns: bytes.subarray(dataEnd, insnsEnd),
  };
}
