// Open files with what waits in the queues of unix sockets, which takes two BPF programs: one visits tasks and their files,
// the other all unix sockets of the kernel.
import { type BpfFiles, parseBpfFiles } from '../../parse/records/bpf-files.ts';
import { findReceivers, keyOfQueued, type Queued } from '../../parse/records/bpf-queues.ts';
import type { BpfRefusal } from './refusal.ts';
import { readBpfFiles, readBpfQueues } from './run.ts';

export interface OpenFiles {
  readonly files: BpfFiles;
  /** Also what readBpfFiles finds in the queues of descriptors. */
  readonly queued: readonly Queued[];
  /** How much more waits in queues, for which there was no room. */
  readonly missed: number;
  /** Why queues were not read: `files` has then what waits in those of open sockets, and not what waits deeper. */
  readonly refusedQueues: BpfRefusal | undefined;
}

/** The two programs run one after the other. So often both are read again where something seems to be received by nobody. */
const maxReadings = 3;

/** Linux 6.1, with BPF. */
export function readOpenFiles(): OpenFiles | { readonly refused: BpfRefusal } {
  let stranded: ReadonlySet<string> | undefined;
  for (let reading = 1; ; reading++) {
    const files = readBpfFiles();
    if ('refused' in files) return files;
    const parsed = parseBpfFiles(files.bytes);
    const queues = readBpfQueues();
    if ('refused' in queues) return { files: parsed, queued: [], missed: 0, refusedQueues: queues.refused };
    const all = findReceivers(parsed, parseBpfFiles(queues.bytes));
    const still = all.filter((one) => one.receivers.length === 0 && stranded?.has(keyOfQueued(one)) !== false);
    stranded = new Set(still.map(keyOfQueued));
    if (still.length > 0 && reading < maxReadings) continue;
    const queued = all.filter((one) => one.receivers.length > 0 || stranded?.has(keyOfQueued(one)));
    return { files: parsed, queued, missed: queues.missed, refusedQueues: undefined };
  }
}
