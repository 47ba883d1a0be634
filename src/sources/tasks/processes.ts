// The processes, and the namespaces that they are in. /proc/PID/ns/*, stat: namespaces(7), proc_pid_stat(5). Where the
// kernel's task list was read, only those that it withheld.

import { listPids } from '../../kernel/proc/pids.ts';
import { countProcesses } from '../../kernel/proc/process-count.ts';
import { namespaceTypeFacts } from '../../model/snapshot/namespace-types.ts';
import type { Inputs } from '../contract/inputs.ts';
import type { Source } from '../contract/source.ts';
import { readTasks, takeEarlyTasks } from './task-records.ts';

export const processes: Source<'host' | 'wanted' | 'tasks'> = {
  name: 'processes',
  question: 'which processes are there, and in which namespaces?',
  run(inputs, report) {
    const early = inputs.tasks.readByBpf ? undefined : takeEarlyTasks(inputs);
    const names = early?.names ?? (inputs.tasks.readByBpf ? listWithheld(inputs) : listPids().map(String));
    readTasks(inputs, report, names, (task) => report.emit(task), early);
    report.searched(['process', 'for-children']);
    return { allProcesses: true };
  },
};

/** There are hosts that keep their init out of the kernel's iterators. The number of processes tells whether more are. */
function listWithheld({ host, tasks }: Pick<Inputs, 'host' | 'tasks'>): string[] {
  const known = new Set<number>();
  for (const { pid } of tasks.processes) known.add(pid);
  const withheld = known.has(1) ? [] : [1];
  const initial = host.vantage.procPidNamespace === namespaceTypeFacts.pid.initialInode;
  if (!initial || countProcesses() === known.size + withheld.length) return withheld.map(String);
  return listPids()
    .filter((pid) => !known.has(pid))
    .map(String);
}
