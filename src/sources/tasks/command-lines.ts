// The command lines of the leaders of namespaces. /proc/PID/cmdline of those processes alone: proc_pid_cmdline(5).
import { nameKernelThreads } from '../../kernel/bpf/tasks.ts';
import { startProcTasks } from '../../kernel/proc/proc-tasks.ts';
import type { NamespaceInodes, ProcessFact } from '../../model/facts/facts.ts';
import { isKnown, notAsked } from '../../model/snapshot/known.ts';
import { namespaceLinks } from '../../model/snapshot/namespace-types.ts';
import type { Inputs, TaskView } from '../contract/inputs.ts';
import type { Report, Source } from '../contract/source.ts';
import { longestCommandLineBytes, toCommandLine } from './task-records.ts';

type Needs = 'wanted' | 'tasks';

export const commandLines: Source<Needs> = {
  name: 'command-lines',
  question: 'how were the leaders of namespaces called?',
  skip({ wanted, tasks }) {
    if (wanted.commandLines === 'none') return 'command lines were not asked for';
    return wanted.commandLines === 'all' && !tasks.readByBpf ? 'they were read with the processes' : undefined;
  },
  run(inputs, report) {
    const asked = new Set<ProcessFact>();
    const take = startReading(inputs, report, asked);
    // The addon's threads read while other sources run; these may find another init, seldom.
    return {
      rest() {
        take();
        startReading(inputs, report, asked)();
      },
    };
  },
};

/** Begins to read of those who are not among `asked`, and adds them. @returns what takes in the answers */
function startReading({ wanted, tasks }: Pick<Inputs, Needs>, report: Report, asked: Set<ProcessFact>): () => void {
  const facts = new Map<string, ProcessFact>();
  for (const task of wanted.commandLines === 'all' ? tasks.all : listLeaders(tasks)) {
    if (asked.has(task)) continue;
    asked.add(task);
    facts.set(String(task.tid), task);
  }
  if (wanted.processes === 'leaders') nameKernelThreads(facts.values());
  report.asked(facts.size);
  const question = { names: [...facts.keys()], links: [], files: ['cmdline'], maxFileBytes: longestCommandLineBytes };
  const give = startProcTasks(question);
  return () =>
    give({
      links: () => noLinks,
      files: ([bytes]) => ({ commandLine: toCommandLine(bytes), cgroup: notAsked }),
      // A number that was used again would lend a process the words of another.
      task({ tid, startTimeTicks, commandLine }, name) {
        if (isKnown(commandLine) && facts.get(name)?.startTimeTicks === startTimeTicks)
          report.emit({ fact: 'command-line', pid: tid, commandLine });
      },
      // It has ended.
      failed: () => {},
    });
}

const noLinks = Object.freeze(
  Object.fromEntries(namespaceLinks.map((link) => [link, notAsked])),
) as unknown as NamespaceInodes;

/** The inits, and of each set of namespaces the oldest task: whoever leads a namespace is one of them. */
function* listLeaders(tasks: TaskView): Generator<ProcessFact> {
  yield* tasks.oldest();
  const inits = new Set(tasks.inits);
  for (const task of tasks.all) if (inits.has(task.tid)) yield task;
}
