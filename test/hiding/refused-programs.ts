// How far nscope sees where BPF programs of some types are refused: docs/hiding-places.md has the same table.
import { isLinuxSince } from '../kernels/release.ts';
import type { Sight } from './expectations.ts';

export type ProgramType = 'syscall' | 'raw_tp' | 'tracing';

interface Refused {
  readonly types: readonly ProgramType[];
  /** What remains of each kernel's sight. */
  readonly sights: Readonly<Record<'lists' | 'tables' | 'proc', Sight>>;
  /** What the coverage must name. */
  readonly names: Readonly<Record<'lists' | 'tables', readonly string[]>>;
}

/** Whether a program of type syscall may hold the RCU lock while a callback runs: bpf_rcu_read_lock() is not in 6.1. */
export const hasLockedCallbacks = isLinuxSince(6, 12);

/** `tracing`: iterators over tasks and files, and events. */
export const refusedPrograms: readonly Refused[] = [
  {
    types: ['syscall'],
    sights: { lists: 'lists', tables: 'tables', proc: 'proc' },
    names: { lists: [], tables: [] },
  },
  {
    types: ['raw_tp'],
    sights: { lists: 'lists', tables: hasLockedCallbacks ? 'tables' : 'files', proc: 'proc' },
    names: { lists: [], tables: hasLockedCallbacks ? [] : ['raw_tp'] },
  },
  {
    types: ['syscall', 'raw_tp'],
    sights: { lists: 'files', tables: 'files', proc: 'proc' },
    names: { lists: ['syscall', 'raw_tp'], tables: ['raw_tp'] },
  },
  {
    types: ['tracing'],
    sights: { lists: 'lists', tables: 'mounts', proc: 'proc' },
    names: { lists: ['iter/task', 'iter/task_file'], tables: ['iter/task', 'iter/task_file'] },
  },
  {
    types: ['syscall', 'raw_tp', 'tracing'],
    sights: { lists: 'proc', tables: 'proc', proc: 'proc' },
    names: { lists: ['syscall', 'raw_tp', 'iter/task'], tables: ['raw_tp', 'iter/task'] },
  },
];
