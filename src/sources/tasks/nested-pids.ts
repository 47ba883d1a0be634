// The PIDs of a task in nested pid namespaces. NSpid of /proc/PID/status, since Linux 4.1.
import { readProcTable } from '../../kernel/proc/proc-table.ts';
import type { ProcessFact } from '../../model/facts/facts.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { parseNestedPids } from '../../parse/proc/status.ts';
import type { Source } from '../contract/source.ts';
import { isSameProcess } from './task-records.ts';

/** Status files are about 1.5 KB; NSpid comes within the first few hundred bytes but for the list of groups. */
const longestStatusBytes = 65_536 * 4;

export const nestedPids: Source<'host' | 'tasks'> = {
  name: 'nested-pids',
  question: 'which PIDs do tasks have in nested pid namespaces?',
  skip: ({ tasks }) => (tasks.readByBpf ? 'read from the kernel, with BPF' : undefined),
  run({ host, tasks }, report) {
    const { procPidNamespace } = host.vantage;
    const facts = new Map<string, ProcessFact>();
    for (const task of tasks.all) {
      const { pid } = task.namespaces;
      const name = task.tid === task.pid ? String(task.pid) : `${task.pid}/task/${task.tid}`;
      // Where the link is refused the source of signs reads the status.
      if (isKnown(pid) ? pid !== procPidNamespace : pid.unknown !== 'denied') facts.set(name, task);
    }
    const names = [...facts.keys()];
    const files = ['status', 'stat'];
    for (const entry of readProcTable({ names, links: [], files, maxFileBytes: longestStatusBytes })) {
      report.asked();
      const [status, stat] = entry.files;
      const fact = facts.get(entry.name);
      if (!(status instanceof Buffer) || !fact || !isSameProcess(fact, stat)) continue;
      const pids = parseNestedPids(status.toString('latin1'));
      if (pids && pids.length > 1) report.emit({ fact: 'nested-pids', pid: fact.tid, pids: Object.freeze(pids) });
    }
  },
};
