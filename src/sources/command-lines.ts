// How were the leaders of namespaces called? /proc/PID/cmdline of those processes alone: proc_pid_cmdline(5).
import { nameKernelThreads } from '../kernel/bpf-tasks.ts';
import { readProcTable } from '../kernel/proc-table.ts';
import type { ProcessFact } from '../model/facts.ts';
import { isKnown } from '../model/known.ts';
import type { Source, SourceContext } from './source.ts';
import { isSameProcess, longestCommandLineBytes, toCommandLine } from './task-records.ts';

export const commandLines: Source = {
  name: 'command-lines',
  question: 'how were the leaders of namespaces called?',
  skip(context) {
    const { commandLines: wanted } = context.wanted;
    if (wanted === 'none') return 'command lines were not asked for';
    return wanted === 'all' && !context.tasksByBpf() ? 'they were read with the processes' : undefined;
  },
  run(context: SourceContext): void {
    const tasks = context.wanted.commandLines === 'all' ? context.tasks() : listLeaders(context);
    const facts = new Map<string, ProcessFact>();
    for (const task of tasks) facts.set(String(task.tid), task);
    if (context.wanted.processes === 'leaders') nameKernelThreads(facts.values());
    for (const entry of readProcTable({
      names: [...facts.keys()],
      links: [],
      files: ['cmdline', 'stat'],
      maxFileBytes: longestCommandLineBytes,
    })) {
      context.asked();
      const [bytes, stat] = entry.files;
      const fact = facts.get(entry.name);
      if (!fact || !isSameProcess(fact, stat)) continue;
      const commandLine = toCommandLine(bytes);
      if (isKnown(commandLine)) context.emit({ fact: 'command-line', pid: Number(entry.name), commandLine });
    }
  },
};

/** The inits, and of each set of namespaces the oldest task: whoever leads a namespace is one of them. */
function* listLeaders(context: SourceContext): Generator<ProcessFact> {
  yield* context.oldestTasks();
  const inits = new Set(context.inits());
  for (const task of context.tasks()) if (inits.has(task.tid)) yield task;
}
