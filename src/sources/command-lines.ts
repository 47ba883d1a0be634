// How were the leaders of namespaces called? /proc/PID/cmdline of those processes alone: proc_pid_cmdline(5).
import { readProcTable } from '../kernel/proc-table.ts';
import { isKnown } from '../model/known.ts';
import type { Source, SourceContext } from './source.ts';
import { longestCommandLineBytes, toCommandLine } from './task-records.ts';

export const commandLines: Source = {
  name: 'command-lines',
  question: 'how were the leaders of namespaces called?',
  skip(context) {
    const { commandLines: wanted } = context.wanted;
    if (wanted === 'none') return 'command lines were not asked for';
    return wanted === 'all' && !context.tasksByBpf() ? 'they were read with the processes' : undefined;
  },
  run(context: SourceContext): void {
    const pids = context.wanted.commandLines === 'all' ? listAll(context) : listLeaders(context);
    const names = [...pids].map(String);
    for (const entry of readProcTable({
      names,
      links: [],
      files: ['cmdline'],
      maxFileBytes: longestCommandLineBytes,
    })) {
      context.asked();
      const commandLine = toCommandLine(entry.files[0]);
      if (isKnown(commandLine)) context.emit({ fact: 'command-line', pid: Number(entry.name), commandLine });
    }
  },
};

function listAll(context: SourceContext): ReadonlySet<number> {
  return new Set([...context.tasks()].map(({ tid }) => tid));
}

function listLeaders(context: SourceContext): ReadonlySet<number> {
  const pids = new Set<number>(context.inits());
  for (const { oldest } of context.found()) if (oldest !== undefined) pids.add(oldest);
  return pids;
}
