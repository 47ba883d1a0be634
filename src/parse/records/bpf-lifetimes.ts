// The records of bpf/lifetimes.bpf.c: the making and freeing of every namespace.
import { findTypeByCloneValue, type NamespaceType } from '../../model/snapshot/namespace-types.ts';
import { parseText } from '../text/text.ts';

export interface BpfLifetime {
  readonly kind: 'created' | 'destroyed';
  /** Nanoseconds of CLOCK_MONOTONIC. */
  readonly atNs: number;
  readonly type: NamespaceType;
  readonly inode: number;
  /** The 64-bit id in decimal. */
  readonly id: string;
  /** Whoever ran when it happened; of `destroyed` often a thread of the kernel. */
  readonly startTimeTicks: number;
  readonly pid: number;
  readonly tid: number;
  readonly ppid: number;
  readonly uid: number;
  readonly comm: string;
}

const recordBytes = 72;
const nanosecondsPerTick = 10_000_000n;

/** @throws Error for a cut record: program and parser are not of one version */
export function parseBpfLifetimes(bytes: Uint8Array): BpfLifetime[] {
  if (bytes.length % recordBytes !== 0)
    throw new Error(`${bytes.length} bytes of BPF records are not a multiple of ${recordBytes}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lifetimes: BpfLifetime[] = [];
  for (let at = 0; at < bytes.length; at += recordBytes) {
    const type = findTypeByCloneValue(view.getUint32(at + 28, true));
    // A type of a newer kernel.
    if (type === undefined) continue;
    const end = bytes.indexOf(0, at + 56);
    lifetimes.push({
      kind: view.getUint32(at + 24, true) === 1 ? 'created' : 'destroyed',
      atNs: Number(view.getBigUint64(at, true)),
      startTimeTicks: Number(view.getBigUint64(at + 8, true) / nanosecondsPerTick),
      id: String(view.getBigUint64(at + 16, true)),
      type,
      inode: view.getUint32(at + 32, true),
      pid: view.getUint32(at + 36, true),
      tid: view.getUint32(at + 40, true),
      ppid: view.getUint32(at + 44, true),
      uid: view.getUint32(at + 48, true),
      comm: parseText(bytes.subarray(at + 56, end < 0 ? at + recordBytes : Math.min(end, at + recordBytes))),
    });
  }
  return lifetimes;
}
