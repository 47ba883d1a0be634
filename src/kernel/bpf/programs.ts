// The stored BPF programs (bpf/*.bpf.c): what each is, in which ways it can be loaded, and from which kernel on.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPackageRoot } from '../addon/package-root.ts';

/** A program of bpf/, by the name of its file. */
export type BpfProgram =
  | 'namespaces'
  | 'superblocks'
  | 'files'
  | 'queues'
  | 'mappings'
  | 'paths'
  | 'tasks'
  | 'threads'
  | 'events'
  | 'lifetimes'
  | 'tally'
  | 'proxies'
  | 'references'
  | 'ucounts'
  | 'charges'
  | 'mount-files'
  | 'mount-tasks';

interface ProgramFacts {
  /** The first Linux release with what the program reads. */
  readonly since: `${number}.${number}`;
  /** The program types in which it is stored, as a person knows them, in the order in which they are tried. */
  readonly types: readonly string[];
}

const run = ['syscall', 'raw_tp'] as const;

export const bpfPrograms: Readonly<Record<BpfProgram, ProgramFacts>> = {
  namespaces: { since: '6.18', types: run },
  superblocks: { since: '6.1', types: run },
  tally: { since: '6.18', types: run },
  files: { since: '6.1', types: ['iter/task_file'] },
  queues: { since: '6.1', types: run },
  mappings: { since: '6.7', types: ['iter/task'] },
  paths: { since: '6.1', types: ['iter/task'] },
  tasks: { since: '6.1', types: ['iter/task'] },
  threads: { since: '6.1', types: ['iter/task'] },
  events: { since: '6.1', types: ['tp_btf'] },
  proxies: { since: '6.18', types: ['iter/task'] },
  references: { since: '6.18', types: ['iter/task_file'] },
  ucounts: { since: '6.1', types: run },
  charges: { since: '6.18', types: run },
  'mount-files': { since: '6.1', types: ['iter/task_file'] },
  'mount-tasks': { since: '6.7', types: ['iter/task'] },
  lifetimes: { since: '6.18', types: ['fentry and fexit'] },
};

/** What BPF programs of any kernel are fitted to this one by. */
export const btfFile = '/sys/kernel/btf/vmlinux';

const skeletons = new Map<BpfProgram, Buffer>();

/** The stored bytes; scripts/bpf-skeleton.js says what is in them. Read once: later there may be no descriptor left. */
export function readSkeleton(name: BpfProgram): Buffer {
  const bytes = skeletons.get(name) ?? readFileSync(join(findPackageRoot(), 'bpf', 'skeletons', `${name}.skel`));
  skeletons.set(name, bytes);
  return bytes;
}

/** The numbers of its programs, for Addon.bpfStart. */
export function tryOrder(name: BpfProgram): Uint32Array {
  return Uint32Array.from(bpfPrograms[name].types.keys());
}
