// Which processes are there, and in which namespaces? /proc/PID/ns/*, stat: namespaces(7), proc_pid_stat(5).
import { listPids, readProcTable } from '../kernel/proc-table.ts';
import type { Source, SourceContext } from './source.ts';
import { readTasks } from './task-records.ts';

export const processes: Source = {
  name: 'processes',
  question: 'which processes are there, and in which namespaces?',
  skip: (context) => (context.tasksByBpf() ? 'read from the kernel, with BPF' : undefined),
  run(context: SourceContext): void {
    const pids = listPids();
    for (const task of readTasks(context, pids.map(String), readProcTable)) context.emit(task);
  },
};
