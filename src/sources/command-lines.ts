// How were the leaders of namespaces called? /proc/PID/cmdline of those processes alone: proc_pid_cmdline(5).
import { readProcTable } from '../kernel/proc-table.ts';
import { isKnown } from '../model/known.ts';
import type { Source, SourceContext } from './source.ts';
import { longestCommandLineBytes, toCommandLine } from './task-records.ts';

export const commandLines: Source = {
  name: 'command-lines',
  question: 'how were the leaders of namespaces called?',
  skip: (context) =>
    context.wanted.commandLines === 'leaders' ? undefined : 'they were read with the processes, or not asked for',
  run(context: SourceContext): void {
    const pids = new Set<number>();
    for (const { oldest } of context.found()) if (oldest !== undefined) pids.add(oldest);
    for (const pid of context.inits()) pids.add(pid);
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
