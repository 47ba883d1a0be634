// The records of bpf/events.bpf.c: processes that fork, execute, exit, and go to other namespaces.
import { namespaceLinks } from '../../model/snapshot/namespace-types.ts';
import { parseText } from '../text/text.ts';

/** The numbers of `enum kind`. */
const kinds = ['none', 'fork', 'exec', 'exit', 'unshare', 'setns', 'mount'] as const;

type BpfEventKind = Exclude<(typeof kinds)[number], 'none'>;

export interface BpfEvent {
  /** `mount`: a mount namespace made by open_tree(2) or fsmount(2). */
  readonly kind: BpfEventKind;
  /** Nanoseconds of CLOCK_MONOTONIC. */
  readonly atNs: number;
  /** Since boot, as proc_pid_stat(5) has it in the initial time namespace. */
  readonly startTimeTicks: number;
  /** As the initial pid namespace has them, here and below. */
  readonly pid: number;
  readonly tid: number;
  readonly ppid: number;
  readonly uid: number;
  readonly comm: string;
  /** `fork`: 1 when elsewhere than its parent; `exit`: 1 for the last task of its namespaces; `exec`: the tid before. */
  readonly flags: number;
  /** In the order of namespaceLinks, 0 for none; empty for `exit` and `mount`. */
  readonly inodes: readonly number[];
  /** 64-bit ids in decimal, in the same order; null before Linux 6.18. */
  readonly ids: readonly (string | null)[];
}

const shortBytes = 56;
const placedBytes = shortBytes + namespaceLinks.length * 12;
const nanosecondsPerTick = 10_000_000n;

/**
 * Decodes what `drain` of an event stream gives.
 * @throws Error for a kind that is not known, or a cut record: program and parser are not of one version
 */
export function parseBpfEvents(bytes: Uint8Array): BpfEvent[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const events: BpfEvent[] = [];
  for (let at = 0; at < bytes.length; ) {
    const kind = at + shortBytes <= bytes.length ? kinds[view.getUint32(at + 16, true)] : undefined;
    if (kind === undefined || kind === 'none') throw new Error('a BPF event is cut, or of a kind that is not known');
    const placed = kind !== 'exit' && kind !== 'mount';
    const end = at + (placed ? placedBytes : shortBytes);
    if (end > bytes.length) throw new Error('a BPF event is cut');
    events.push({
      kind,
      atNs: Number(view.getBigUint64(at, true)),
      startTimeTicks: Number(view.getBigUint64(at + 8, true) / nanosecondsPerTick),
      pid: view.getUint32(at + 20, true),
      tid: view.getUint32(at + 24, true),
      ppid: view.getUint32(at + 28, true),
      uid: view.getUint32(at + 32, true),
      flags: view.getUint32(at + 36, true),
      comm: readName(bytes, at + 40),
      inodes: placed ? namespaceLinks.map((_, i) => view.getUint32(at + shortBytes + 4 * i, true)) : [],
      ids: placed ? namespaceLinks.map((_, i) => readId(view, at + shortBytes + 40 + 8 * i)) : [],
    });
    at = end;
  }
  return events;
}

function readId(view: DataView, at: number): string | null {
  const [low, high] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
  if (low === 0 && high === 0) return null;
  return high < 0x20_0000 ? String(high * 0x1_0000_0000 + low) : String(view.getBigUint64(at, true));
}

function readName(bytes: Uint8Array, at: number): string {
  let end = at;
  while (end < at + 16 && bytes[end] !== 0) end++;
  return parseText(bytes.subarray(at, end));
}
