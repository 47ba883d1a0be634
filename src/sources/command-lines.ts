// How were the leaders of namespaces called? /proc/PID/cmdline of those processes alone: proc_pid_cmdline(5).
import { nameKernelThreads } from '../kernel/bpf/tasks.ts';
import { startProcTasks } from '../kernel/proc/proc-tasks.ts';
import type { NamespaceInodes, ProcessFact } from '../model/facts/facts.ts';
import { isKnown, notAsked } from '../model/snapshot/known.ts';
import { namespaceLinks } from '../model/snapshot/namespace-types.ts';
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
    const asked = new Set<ProcessFact>();
    const take = startReading(context, asked);
    // The addon's threads read while other sources run; these may find another init, seldom.
    context.later(() => {
      take();
      startReading(context, asked)();
    });
  },
};

/** Begins to read of those who are not among `asked`, and adds them. @returns what takes in the answers */
function startReading(context: SourceContext, asked: Set<ProcessFact>): () => void {
  const facts = new Map<string, ProcessFact>();
  for (const task of context.wanted.commandLines === 'all' ? context.tasks() : listLeaders(context)) {
    if (asked.has(task)) continue;
    asked.add(task);
    facts.set(String(task.tid), task);
  }
  if (context.wanted.processes === 'leaders') nameKernelThreads(facts.values());
  context.asked(facts.size);
  const question = { names: [...facts.keys()], links: [], files: ['cmdline'], maxFileBytes: longestCommandLineBytes };
  const give = startProcTasks(question);
  return () =>
    give({
      links: () => noLinks,
      files: ([bytes]) => ({ commandLine: toCommandLine(bytes), cgroup: notAsked }),
      // A number that was used again would lend a process the words of another.
      task({ tid, startTimeTicks, commandLine }, name) {
        if (isKnown(commandLine) && facts.get(name)?.startTimeTicks === startTimeTicks)
          context.emit({ fact: 'command-line', pid: tid, commandLine });
      },
      // It has ended.
      failed: () => {},
    });
}

const noLinks = Object.freeze(
  Object.fromEntries(namespaceLinks.map((link) => [link, notAsked])),
) as unknown as NamespaceInodes;

/** The inits, and of each set of namespaces the oldest task: whoever leads a namespace is one of them. */
function* listLeaders(context: SourceContext): Generator<ProcessFact> {
  yield* context.oldestTasks();
  const inits = new Set(context.inits());
  for (const task of context.tasks()) if (inits.has(task.tid)) yield task;
}
