// Which processes are there, and in which namespaces? The kernel's task list, by BPF: bpf/tasks.bpf.c. Where that is not
// permitted the sources that read /proc answer.
import { readTasksByBpf } from '../kernel/bpf-tasks.ts';
import { taskKinds } from '../model/holder-kinds.ts';
import { isKnown } from '../model/known.ts';
import { namespaceLinks } from '../model/namespace-types.ts';
import type { Source, SourceContext } from './source.ts';

export const tasks: Source = {
  name: 'tasks',
  question: 'which processes are there, and in which namespaces?',
  skip: (context) => context.skipBpfOfTasks(),
  run(context: SourceContext): void {
    const own = context.host.vantage.namespaces;
    const links = new Set(namespaceLinks.filter((link) => isKnown(own[link]) || own[link].unknown !== 'unsupported'));
    const found = readTasksByBpf(links);
    if ('code' in found) {
      context.refused('the task list, with BPF', found.code, found.syscall);
      return;
    }
    context.asked(found.length);
    for (const { process, pids, cgroupSet } of found) {
      context.emit(process);
      if (pids && process.tid === process.pid) context.emit({ fact: 'nested-pids', pid: process.pid, pids });
      context.cgroupSets().set(process.tid, cgroupSet);
    }
    context.tasksByBpf(true);
    context.searched(taskKinds);
  },
};
