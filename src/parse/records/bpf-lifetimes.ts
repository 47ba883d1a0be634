// The records of bpf/lifetimes.bpf.c: the making and freeing of every namespace.
import { findTypeByCloneValue, type NamespaceType } from '../../model/snapshot/namespace-types.ts';
import { countRecords } from './bpf-words.ts';
import { layOut } from './layout.ts';
import { RecordReader } from './record-reader.ts';

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

export const lifetimeLayout = layOut('struct lifetime of bpf/lifetimes.bpf.c', {
  at: 'u64',
  start: 'u64',
  id: 'u64',
  kind: 'u32',
  type: 'u32',
  inum: 'u32',
  tgid: 'u32',
  pid: 'u32',
  parent: 'u32',
  euid: 'u32',
  pad: 'u32',
  comm: ['char', 16],
});

const { word } = lifetimeLayout;
const nanosecondsPerTick = 10_000_000n;

/** @throws Error for a cut record: program and parser are not of one version */
export function parseBpfLifetimes(bytes: Uint8Array): BpfLifetime[] {
  const count = countRecords(bytes, lifetimeLayout);
  const record = new RecordReader(bytes);
  const lifetimes: BpfLifetime[] = [];
  for (let index = 0; index < count; index++) {
    record.goTo(index * lifetimeLayout.words);
    const type = findTypeByCloneValue(record.u32(word.type));
    // A type of a newer kernel.
    if (type === undefined) continue;
    lifetimes.push({
      kind: record.u32(word.kind) === 1 ? 'created' : 'destroyed',
      atNs: Number(record.u64(word.at)),
      startTimeTicks: Number(record.u64(word.start) / nanosecondsPerTick),
      id: record.id(word.id),
      type,
      inode: record.u32(word.inum),
      pid: record.u32(word.tgid),
      tid: record.u32(word.pid),
      ppid: record.u32(word.parent),
      uid: record.u32(word.euid),
      comm: record.comm(lifetimeLayout.word.comm),
    });
  }
  return lifetimes;
}
