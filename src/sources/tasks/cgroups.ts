// The control group of each process. /proc/PID/cgroup: cgroups(7). Tasks that the kernel has in one set need one
// reading.

import { nameErrno } from '../../kernel/addon/syscall-error.ts';
import { readProcTable } from '../../kernel/proc/proc-table.ts';
import type { ProcessFact } from '../../model/facts/facts.ts';
import { type Known, unknownFromErrno } from '../../model/snapshot/known.ts';
import { parseCgroup } from '../../parse/proc/cgroup.ts';
import { isExiting, parseStat } from '../../parse/proc/stat.ts';
import { parseText } from '../../parse/text/text.ts';
import type { TaskView } from '../contract/inputs.ts';
import type { Report, Source } from '../contract/source.ts';
import { isSameProcess } from './task-records.ts';

/** A line for each hierarchy; paths are at most 4096 bytes. */
const longestFileBytes = 131_072;

export const cgroups: Source<'wanted' | 'tasks'> = {
  name: 'cgroups',
  question: 'in which cgroup is each process?',
  skip({ wanted, tasks }) {
    if (!wanted.cgroups) return 'cgroups were not asked for';
    return tasks.readByBpf ? undefined : 'they were read with the processes';
  },
  run({ tasks }, report) {
    // One task is asked for all of its group; the next one where that has ended meanwhile.
    let waiting = groupTasks(tasks);
    for (let turn = 0; waiting.length > 0; turn++) {
      const answers = ask(
        report,
        waiting.flatMap(({ tasks }) => tasks[turn] ?? []),
      );
      waiting = waiting.filter(({ tasks }) => {
        const cgroup = answers.get(tasks[turn]?.tid ?? 0);
        if (cgroup !== undefined) for (const { tid } of tasks) report.emit({ fact: 'cgroup', tid, cgroup });
        return cgroup === undefined && turn + 1 < tasks.length;
      });
    }
  },
};

interface Group {
  readonly tasks: ProcessFact[];
}

/** Of one set, those that have exited apart: the kernel says "/" of them in every hierarchy of cgroups v1. */
function groupTasks({ all, cgroupSets }: TaskView): Group[] {
  const groups = new Map<string, Group>();
  for (const task of all) {
    const set = cgroupSets.get(task.tid);
    if (set === undefined) continue;
    const key = `${set}${hasExited(task) ? ' exited' : ''}`;
    const group = groups.get(key) ?? { tasks: [] };
    groups.set(key, group);
    group.tasks.push(task);
  }
  return [...groups.values()];
}

function hasExited({ state }: Pick<ProcessFact, 'state'>): boolean {
  return state === 'Z' || state === 'X';
}

/** What is read of a task that another took the number of, or that has begun to end since, says nothing of its group. */
function ask(report: Report, tasks: readonly ProcessFact[]): Map<number, Known<string>> {
  const answers = new Map<number, Known<string>>();
  const byName = new Map(tasks.map((task) => [`${task.tid}`, task]));
  const question = { names: [...byName.keys()], links: [], files: ['cgroup', 'stat'], maxFileBytes: longestFileBytes };
  for (const { name, files } of readProcTable(question)) {
    report.asked();
    const task = byName.get(name);
    const [bytes, stat] = files;
    if (!task || !(stat instanceof Buffer) || !isSameProcess(task, stat)) continue;
    if (isExiting(parseStat(stat)) !== hasExited(task)) continue;
    if (bytes instanceof Buffer) answers.set(task.tid, parseCgroup(parseText(bytes)));
    else if (bytes !== undefined) answers.set(task.tid, unknownFromErrno(nameErrno(-bytes)));
  }
  return answers;
}
