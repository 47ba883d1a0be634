// Which processes are there, and in which namespaces? The kernel's task list, by BPF: bpf/tasks.bpf.c. Where that is not
// permitted the sources that read /proc answer.
import { nameKernelThreads, readTasksByBpf } from '../kernel/bpf/tasks.ts';
import { taskKinds } from '../model/snapshot/holder-kinds.ts';
import { isKnown } from '../model/snapshot/known.ts';
import { namespaceLinks } from '../model/snapshot/namespace-types.ts';
import type { Source, SourceContext } from './source.ts';

export const tasks: Source = {
  name: 'tasks',
  question: 'which processes are there, and in which namespaces?',
  skip: (context) => context.skipBpfOfTasks(),
  run(context: SourceContext): void {
    const own = context.host.vantage.namespaces;
    const links = new Set(namespaceLinks.filter((link) => isKnown(own[link]) || own[link].unknown !== 'unsupported'));
    const sets = context.cgroupSets();
    const found = readTasksByBpf(links, {
      task: (task) => context.emit(task),
      pids: (pid, pids) => context.emit({ fact: 'nested-pids', pid, pids }),
      ...(context.wanted.cgroups ? { cgroupSet: (tid, set) => sets.set(tid, set) } : {}),
    });
    if (typeof found !== 'number') {
      context.refused('the task list, with BPF', found.code, found.syscall);
      return;
    }
    context.asked(found);
    // Of a listing only the leaders are shown, which another source asks about.
    if (context.wanted.processes === 'all') nameKernelThreads(context.tasks());
    context.tasksByBpf(true);
    context.searched(taskKinds);
  },
};
