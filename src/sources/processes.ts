// Which processes are there, and in which namespaces? /proc/PID/ns/*, stat: namespaces(7), proc_pid_stat(5). Where the
// kernel's task list was read, only those that it withheld.

import { listPids } from '../kernel/proc/proc-table.ts';
import { countProcesses } from '../kernel/proc/process-count.ts';
import { namespaceTypeFacts } from '../model/snapshot/namespace-types.ts';
import type { Source, SourceContext } from './source.ts';
import { readTasks } from './task-records.ts';

export const processes: Source = {
  name: 'processes',
  question: 'which processes are there, and in which namespaces?',
  run(context: SourceContext): void {
    const names = context.tasksByBpf() ? listWithheld(context) : listPids().map(String);
    readTasks(context, names, context.emit);
    context.startDescriptors();
    context.searched(['process', 'for-children']);
  },
};

/** There are hosts that keep their init out of the kernel's iterators. The number of processes tells whether more are. */
function listWithheld(context: SourceContext): string[] {
  const known = new Set<number>();
  for (const { pid } of context.processes()) known.add(pid);
  const withheld = known.has(1) ? [] : [1];
  const initial = context.host.vantage.procPidNamespace === namespaceTypeFacts.pid.initialInode;
  if (!initial || countProcesses() === known.size + withheld.length) return withheld.map(String);
  return listPids()
    .filter((pid) => !known.has(pid))
    .map(String);
}
