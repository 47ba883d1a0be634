// The processes, and the namespaces that they are in. The kernel's task list, by BPF: bpf/tasks.bpf.c. Where that is
// not permitted the sources that read /proc answer.
import { nameKernelThreads, readTasksByBpf } from '../../kernel/bpf/tasks.ts';
import { taskKinds } from '../../model/snapshot/holder-kinds.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { namespaceLinks } from '../../model/snapshot/namespace-types.ts';
import { skipBpfOfTasks } from '../contract/reasons.ts';
import type { Source } from '../contract/source.ts';

export const tasks: Source<'host' | 'wanted' | 'tasks'> = {
  name: 'tasks',
  question: 'which processes are there, and in which namespaces?',
  skip: skipBpfOfTasks,
  run({ host, wanted, tasks }, report) {
    const own = host.vantage.namespaces;
    const links = new Set(namespaceLinks.filter((link) => isKnown(own[link]) || own[link].unknown !== 'unsupported'));
    const cgroupSets = new Map<number, number>();
    const found = readTasksByBpf(links, {
      task: (task) => report.emit(task),
      pids: (pid, pids) => report.emit({ fact: 'nested-pids', pid, pids }),
      ...(wanted.cgroups ? { cgroupSet: (tid, set) => cgroupSets.set(tid, set) } : {}),
    });
    if (typeof found !== 'number') {
      report.refused('the task list, with BPF', found.code, found.syscall);
      return undefined;
    }
    report.asked(found);
    // Of a listing only the leaders are shown, which another source asks about.
    if (wanted.processes === 'all') nameKernelThreads(tasks.all);
    report.searched(taskKinds);
    return { tasksByBpf: { cgroupSets } };
  },
};
