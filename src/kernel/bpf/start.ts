// Begins to load BPF programs (bpf/*.bpf.c), each in a thread of its own. Small: it is the first thing that the command does.
import { existsSync } from 'node:fs';
import { type BpfStart, loadAddon } from '../addon/addon.ts';
import { type BpfProgram, btfFile, readSkeleton, tryOrder } from './programs.ts';

/** Programs whose loading has begun. What of them nobody reads ends with the process. */
export type PreparedBpf = ReadonlyMap<BpfProgram, PreparedProgram>;

/** The addon's own object, and when it began: milliseconds of process.uptime. */
export interface PreparedProgram {
  readonly start: BpfStart;
  readonly begunAtMs: number;
}

/** What every listing reads first, in this order: the list, so that what is in no list came later than it. */
const readAtOnce: readonly BpfProgram[] = ['namespaces', 'tasks'];

/**
 * Begins to load programs, and to read those that are read first. None where nothing can be loaded, of which whoever
 * reads one learns the reason.
 */
export function startBpf(programs: readonly BpfProgram[]): PreparedBpf {
  if (programs.length === 0) return new Map();
  const found = loadAddon();
  if ('missing' in found || !existsSync(btfFile)) return new Map();
  const started = new Map<BpfProgram, PreparedProgram>();
  let before: BpfStart | null = null;
  for (const name of [...readAtOnce.filter((first) => programs.includes(first)), ...programs]) {
    if (started.has(name)) continue;
    const reads = readAtOnce.includes(name);
    const begunAtMs = process.uptime() * 1000;
    const start = found.addon.bpfStart(readSkeleton(name), tryOrder(name), 0, reads ? 1 : 0, reads ? before : null);
    started.set(name, { start, begunAtMs });
    if (reads) before = start;
  }
  return started;
}
