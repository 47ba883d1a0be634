// Reads a table of made-up processes and prints it: a program, since the addon is loaded once in a process or not at all.
//   read-proc-table.js ROOT MAX_BYTES
//   read-proc-table.js ROOT tasks

import { loadAddon } from '../../../src/kernel/addon/addon.ts';
import { readProcTable } from '../../../src/kernel/proc/proc-table.ts';
import { readProcTasks } from '../../../src/kernel/proc/proc-tasks.ts';
import type { NamespaceInodes, ProcessFact } from '../../../src/model/facts/facts.ts';
import { notAsked } from '../../../src/model/snapshot/known.ts';

export const tableNames = ['1', '22', '333', '4444', '22/task/23'];

export const taskNames = ['1', '22', '333', '22/task/23', '5', '6', '7', '22'];

const [root = '', maxBytes = ''] = process.argv.slice(2);
if (maxBytes === 'tasks') {
  const told: unknown[] = [];
  const numbers = new Map<NamespaceInodes, readonly number[]>();
  readProcTasks(
    { root, names: taskNames, links: ['net', 'mnt'], files: ['cmdline'], maxFileBytes: 4096 },
    {
      links(given) {
        const set = {} as NamespaceInodes;
        numbers.set(set, given);
        return set;
      },
      files: ([line]) => ({ commandLine: [String(line)], cgroup: notAsked }),
      task: (task, name) => told.push({ name, ...pickFields(task), links: numbers.get(task.namespaces) }),
      failed: (name, errno) => told.push({ name, errno }),
    },
  );
  print(told);
} else if (root !== '') {
  const question = {
    root,
    names: tableNames,
    links: ['ns/net', 'ns/none', 'ns/strange'],
    files: ['stat', 'missing', 'large', 'empty', 'directory'],
    maxFileBytes: Number(maxBytes),
  };
  const entries = [...readProcTable(question)].map((entry) => ({
    ...entry,
    files: entry.files.map((file) => (typeof file === 'number' ? file : file.toString('base64'))),
  }));
  print(entries);
}

/** Some stand behind getters, which neither a copy nor JSON looks at. */
function pickFields({ ppid, state, uid, kernelThread, comm, commandLine, cgroup, ...own }: ProcessFact) {
  return { ...own, ppid, state, uid, kernelThread, comm, commandLine, cgroup };
}

/** With whether the addon did it. */
function print(entries: readonly unknown[]): void {
  process.stdout.write(JSON.stringify({ hasAddon: 'addon' in loadAddon(), entries }));
}
