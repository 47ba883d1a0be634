// How were the leaders of namespaces called? /proc/PID/cmdline of those processes alone: proc_pid_cmdline(5).
import { readStartTimes } from '../kernel/bpf-tasks.ts';
import { type ProcEntry, readProcTable } from '../kernel/proc-table.ts';
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
    const pids = context.wanted.commandLines === 'all' ? undefined : listLeaders(context);
    const facts = new Map<string, ProcessFact>();
    for (const task of context.tasks()) if (!pids || pids.has(task.tid)) facts.set(String(task.tid), task);
    // Who was there before and is there now, started at the same time, had these words in between.
    const alone = context.tasksByBpf() && facts.size >= manyTasks ? new Map<string, ProcessFact>() : facts;
    for (const { tid } of context.withheld()) moveEntry(String(tid), facts, alone);
    read(context, alone);
    if (alone === facts) return;
    const words = [...readWords([...facts.keys()], ['cmdline'])];
    const starts = readStartTimes();
    for (const { name, files } of words) {
      context.asked();
      const fact = facts.get(name);
      if (fact && starts.get(fact.tid) === fact.startTimeTicks) tell(context, fact, files[0]);
    }
  },
};

/** To look at all tasks once more costs as much as to look at the stat files of so many. */
const manyTasks = 200;

/** The stat file is read last of all, through the same directory. */
function read(context: SourceContext, facts: ReadonlyMap<string, ProcessFact>): void {
  for (const { name, files } of readWords([...facts.keys()], ['cmdline', 'stat'])) {
    context.asked();
    const fact = facts.get(name);
    if (fact && isSameProcess(fact, files[1])) tell(context, fact, files[0]);
  }
}

function readWords(names: readonly string[], files: readonly string[]): Iterable<ProcEntry> {
  return readProcTable({ names, links: [], files, maxFileBytes: longestCommandLineBytes });
}

function tell(context: SourceContext, { tid }: ProcessFact, bytes: Buffer | number | undefined): void {
  const commandLine = toCommandLine(bytes);
  if (isKnown(commandLine)) context.emit({ fact: 'command-line', pid: tid, commandLine });
}

function moveEntry<K, V>(key: K, from: Map<K, V>, to: Map<K, V>): void {
  const value = from.get(key);
  if (value === undefined || from === to) return;
  from.delete(key);
  to.set(key, value);
}

function listLeaders(context: SourceContext): ReadonlySet<number> {
  const pids = new Set<number>(context.inits());
  for (const { oldest } of context.found()) if (oldest !== undefined) pids.add(oldest);
  return pids;
}
