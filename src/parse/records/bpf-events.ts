// The records of bpf/events.bpf.c: processes that fork, execute, exit, and go to other namespaces.
import { namespaceLinks } from '../../model/snapshot/namespace-types.ts';
import { parseText } from '../text/text.ts';
import { layOut } from './layout.ts';
import { RecordReader } from './record-reader.ts';

/** The numbers of `enum kind`. */
const kinds = ['none', 'fork', 'exec', 'exit', 'unshare', 'setns', 'mount', 'attach'] as const;

type BpfEventKind = Exclude<(typeof kinds)[number], 'none'>;

export interface BpfEvent {
  /** `mount`: a mount namespace made by open_tree(2) or fsmount(2). `attach`: mount(2) or move_mount(2) succeeded. */
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
  /** In the order of namespaceLinks, 0 for none; empty for `exit`, `mount` and `attach`. */
  readonly inodes: readonly number[];
  /** 64-bit ids in decimal, in the same order; null before Linux 6.18. */
  readonly ids: readonly (string | null)[];
  /** Of `exec`: the command line, words joined by blanks, cut after 255 bytes; absent where it could not be read. */
  readonly command?: string;
}

export const actorLayout = layOut('struct actor of bpf/events.bpf.c', {
  at: 'u64',
  start: 'u64',
  kind: 'u32',
  tgid: 'u32',
  pid: 'u32',
  parent: 'u32',
  euid: 'u32',
  flags: 'u32',
  comm: ['char', 16],
});

export const placedLayout = layOut('struct placed of bpf/events.bpf.c', {
  actor: actorLayout,
  inums: ['u32', namespaceLinks.length],
  ids: ['u64', namespaceLinks.length],
});

export const executedLayout = layOut('struct executed of bpf/events.bpf.c', {
  placed: placedLayout,
  length: 'u32',
  pad: 'u32',
  words: ['char', 256],
});

const { word } = actorLayout;
const { inums, ids } = placedLayout.word;
const nanosecondsPerTick = 10_000_000n;

/**
 * Decodes what `drain` of an event stream gives.
 * @throws Error for a kind that is not known, or a cut record: program and parser are not of one version
 */
export function parseBpfEvents(bytes: Uint8Array): BpfEvent[] {
  const record = new RecordReader(bytes);
  const events: BpfEvent[] = [];
  for (let at = 0; at * 4 < bytes.length; ) {
    record.goTo(at);
    const kind = at + actorLayout.words <= record.length ? kinds[record.u32(word.kind)] : undefined;
    if (kind === undefined || kind === 'none') throw new Error('a BPF event is cut, or of a kind that is not known');
    const placed = kind !== 'exit' && kind !== 'mount' && kind !== 'attach';
    const end = at + (kind === 'exec' ? executedLayout : placed ? placedLayout : actorLayout).words;
    if (end > record.length) throw new Error('a BPF event is cut');
    events.push({
      kind,
      atNs: Number(record.u64(word.at)),
      startTimeTicks: Number(record.u64(word.start) / nanosecondsPerTick),
      pid: record.u32(word.tgid),
      tid: record.u32(word.pid),
      ppid: record.u32(word.parent),
      uid: record.u32(word.euid),
      flags: record.u32(word.flags),
      comm: record.comm(actorLayout.word.comm),
      inodes: placed ? namespaceLinks.map((_, i) => record.u32(inums + i)) : [],
      ids: placed ? namespaceLinks.map((_, i) => readKnownId(record, ids + 2 * i)) : [],
      ...(kind === 'exec' ? readCommand(record) : {}),
    });
    at = end;
  }
  return events;
}

function readCommand(record: RecordReader): { readonly command?: string } {
  const bytes = record.bytes(executedLayout.word.words, record.u32(executedLayout.word.length));
  const command = parseText(bytes).replace(/\0+$/, '').replaceAll('\0', ' ');
  return command === '' ? {} : { command };
}

function readKnownId(record: RecordReader, word: number): string | null {
  return record.u32(word) === 0 && record.u32(word + 1) === 0 ? null : record.id(word);
}
