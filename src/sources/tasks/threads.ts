// The threads in other namespaces than their leader. /proc/PID/task/TID/ns/*: setns(2) moves one thread alone.
import { listThreads } from '../../kernel/proc/proc-table.ts';
import type { ProcessFact } from '../../model/facts/facts.ts';
import { namespaceLinks } from '../../model/snapshot/namespace-types.ts';
import type { Source } from '../contract/source.ts';
import { readTasks } from './task-records.ts';

export const threads: Source<'host' | 'wanted' | 'tasks'> = {
  name: 'threads',
  question: 'which threads are in other namespaces than their leader?',
  skip({ wanted, tasks }) {
    if (tasks.readByBpf) return 'read from the kernel, with BPF';
    return wanted.threads ? undefined : 'threads were not asked for';
  },
  run(inputs, report) {
    const leaders = new Map<number, ProcessFact>();
    const names: string[] = [];
    for (const leader of inputs.tasks.processes) {
      // A leader that ended while other threads go on is a zombie with more than one thread.
      if (leader.threads < 2) continue;
      leaders.set(leader.pid, leader);
      for (const tid of listThreads(leader.pid)) if (tid !== leader.pid) names.push(`${leader.pid}/task/${tid}`);
    }
    readTasks(inputs, report, names, (thread) => {
      const leader = leaders.get(thread.pid);
      if (!leader || differs(thread, leader)) report.emit(thread);
    });
    report.searched(['thread']);
  },
};

function differs(thread: ProcessFact, leader: ProcessFact): boolean {
  if (thread.namespaces === leader.namespaces) return false;
  return namespaceLinks.some((link) => thread.namespaces[link] !== leader.namespaces[link]);
}
