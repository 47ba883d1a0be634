// Begins to load BPF programs (bpf/*.bpf.c), each in a thread of its own. Small: it is the first thing that the command does.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BpfSkeleton, parseBpfSkeleton } from '../parse/bpf-skeleton.ts';
import { loadAddon } from './addon.ts';
import { findPackageRoot } from './package-root.ts';

/** A program of bpf/, by the name of its file. */
export type BpfProgram = 'namespaces' | 'superblocks' | 'files' | 'tasks' | 'threads' | 'events' | 'lifetimes';

/** Programs whose loading has begun. What of them nobody reads ends with the process. */
export type PreparedBpf = ReadonlyMap<BpfProgram, PreparedProgram>;

/** Of the addon. */
export type PreparedProgram = object;

/** What BPF programs of any kernel are fitted to this one by. */
export const btfFile = '/sys/kernel/btf/vmlinux';

/** Begins to load iterators; none where nothing can be loaded, of which whoever reads one learns the reason. */
export function startBpf(programs: readonly BpfProgram[]): PreparedBpf {
  if (programs.length === 0) return new Map();
  const found = loadAddon();
  if ('missing' in found || !existsSync(btfFile)) return new Map();
  return new Map(
    programs.map((name) => {
      const { data, insns, maps, progs } = readSkeleton(name);
      return [name, found.addon.bpfStartIterator(data, insns, maps, progs)];
    }),
  );
}

export function readSkeleton(name: BpfProgram): BpfSkeleton {
  return parseBpfSkeleton(readFileSync(join(findPackageRoot(), 'bpf', 'skeletons', `${name}.skel`)));
}
