// Begins to load BPF programs (bpf/*.bpf.c), each in a thread of its own. Small: it is the first thing that the command does.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BpfSkeleton, parseBpfSkeleton } from '../parse/bpf-skeleton.ts';
import { loadAddon } from './addon.ts';
import { findPackageRoot } from './package-root.ts';

/** A program of bpf/, by the name of its file. */
export type BpfProgram =
  | 'namespaces'
  | 'superblocks'
  | 'files'
  | 'tasks'
  | 'threads'
  | 'events'
  | 'lifetimes'
  | 'tally';

/** Programs whose loading has begun. What of them nobody reads ends with the process. */
export type PreparedBpf = ReadonlyMap<BpfProgram, PreparedProgram>;

/** The addon's own object, and when it began: milliseconds of process.uptime. */
export interface PreparedProgram {
  readonly start: object;
  readonly begunAtMs: number;
}

/** What every listing reads first, in this order: the list, so that what is in no list came later than it. */
const readAtOnce: readonly BpfProgram[] = ['namespaces', 'tasks'];

/** What BPF programs of any kernel are fitted to this one by. */
export const btfFile = '/sys/kernel/btf/vmlinux';

/**
 * Begins to load iterators, and to read those that are read first. None where nothing can be loaded, of which whoever
 * reads one learns the reason.
 */
export function startBpf(programs: readonly BpfProgram[]): PreparedBpf {
  if (programs.length === 0) return new Map();
  const found = loadAddon();
  if ('missing' in found || !existsSync(btfFile)) return new Map();
  const started = new Map<BpfProgram, PreparedProgram>();
  let before: object | null = null;
  for (const name of [...readAtOnce.filter((first) => programs.includes(first)), ...programs]) {
    if (started.has(name)) continue;
    const { data, insns, maps, progs } = readSkeleton(name);
    const reads = readAtOnce.includes(name);
    const begunAtMs = process.uptime() * 1000;
    const start = found.addon.bpfStartIterator(data, insns, maps, progs, reads ? 1 : 0, reads ? before : null);
    started.set(name, { start, begunAtMs });
    if (reads) before = start;
  }
  return started;
}

export function readSkeleton(name: BpfProgram): BpfSkeleton {
  return parseBpfSkeleton(readFileSync(join(findPackageRoot(), 'bpf', 'skeletons', `${name}.skel`)));
}
