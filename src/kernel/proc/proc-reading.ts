// Records of many directories of /proc, read by the addon's threads while those that are there are looked at: native/proc.c.
import { availableParallelism } from 'node:os';
import type { Addon, ProcReading } from '../addon/addon.ts';

/** More threads than this gain nothing: the kernel's locks on /proc become the limit. */
const maxThreads = 4;

/** How many threads may read at once, whoever waits for the records among them. */
export function countReaders(): number {
  return Math.min(availableParallelism(), maxThreads);
}

/** The records, batch by batch, each as soon as it is there. What is not taken is not read to its end. */
export function* takeBatches(addon: Addon, reading: ProcReading): Generator<Buffer> {
  try {
    for (let batch = addon.nextProc(reading); batch; batch = addon.nextProc(reading)) yield batch;
  } finally {
    addon.endProc(reading);
  }
}

/** What is read of many directories of /proc. */
export interface ReadingQuestion {
  /** Directories below `root`: "812" or "812/task/813". */
  readonly names: readonly string[];
  readonly links: readonly string[];
  /** Paths of files below each: "stat". */
  readonly files: readonly string[];
  /** Files are cut here; at least 1. */
  readonly maxFileBytes: number;
  readonly root?: string;
}

/** The question as the addon takes it: startProc, startProcTasks. */
export function packQuestion({ names, links, files, maxFileBytes, root = '/proc' }: ReadingQuestion) {
  return [root, names.join('\n'), links.join('\n'), files.join('\n'), maxFileBytes, countReaders()] as const;
}
