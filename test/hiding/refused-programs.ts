// How far nscope sees where BPF programs of some types are refused: docs/hiding-places.md has the same table.
import { isLinuxSince } from '../kernels/release.ts';
import type { Sight } from './expectations.ts';

export type ProgramType = 'syscall' | 'raw_tp' | 'tracing';

interface Refused {
  readonly types: readonly ProgramType[];
  /** What remains of each kernel's sight; `old`: 6.1, of the sight `tables`, where only raw_tp reads super blocks. */
  readonly sights: Readonly<Record<'lists' | 'tables' | 'old' | 'proc', Sight>>;
  /** What the coverage must name. */
  readonly names: Readonly<Record<'lists' | 'tables' | 'old' | 'proc', readonly string[]>>;
}

/** Whether a program of type syscall may hold the RCU lock while a callback runs: bpf_rcu_read_lock() is not in 6.1. */
export const hasLockedCallbacks = isLinuxSince(6, 12);

const iterators = ['iter/task', 'iter/task_file'] as const;

/** `tracing`: iterators over tasks and files, and events. */
export const refusedPrograms: readonly Refused[] = [
  {
    types: ['syscall'],
    sights: { lists: 'lists', tables: 'tables', old: 'tables', proc: 'proc' },
    names: { lists: [], tables: [], old: [], proc: [] },
  },
  {
    types: ['raw_tp'],
    sights: { lists: 'lists', tables: 'tables', old: 'files', proc: 'proc' },
    names: { lists: [], tables: [], old: ['raw_tp'], proc: [] },
  },
  {
    types: ['syscall', 'raw_tp'],
    sights: { lists: 'files', tables: 'files', old: 'files', proc: 'proc' },
    names: { lists: ['syscall', 'raw_tp'], tables: ['syscall', 'raw_tp'], old: ['raw_tp'], proc: [] },
  },
  {
    types: ['tracing'],
    sights: { lists: 'lists', tables: 'mounts', old: 'mounts', proc: 'proc' },
    names: { lists: iterators, tables: iterators, old: iterators, proc: [] },
  },
  {
    types: ['syscall', 'raw_tp', 'tracing'],
    sights: { lists: 'proc', tables: 'proc', old: 'proc', proc: 'proc' },
    names: {
      lists: ['syscall', 'raw_tp', ...iterators],
      tables: ['syscall', 'raw_tp', ...iterators],
      old: ['raw_tp', ...iterators],
      proc: [],
    },
  },
];

/** How this kernel stands in the table. */
export function kernelClass(sight: 'lists' | 'tables' | 'proc'): 'lists' | 'tables' | 'old' | 'proc' {
  return sight === 'tables' && !hasLockedCallbacks ? 'old' : sight;
}

const sightNames: Readonly<Record<Sight, string>> = {
  lists: 'as without the refusal',
  tables: 'as without the refusal',
  files: 'tasks and files',
  mounts: 'super blocks',
  proc: 'without BPF',
};

/** The table as docs/hiding-places.md has it. */
export function describeRefusals(): string[][] {
  return refusedPrograms.map(({ types, sights }) => [
    types.join(' and ') + (types.length === 1 && types[0] === 'tracing' ? ' (iterators over tasks and files)' : ''),
    sightNames[sights.lists],
    sightNames[sights.tables],
    sightNames[sights.old],
  ]);
}
