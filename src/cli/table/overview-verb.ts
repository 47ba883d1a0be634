// The verb that is meant where none is written: its row in the table of verbs.
import { rowOptions, typeOption } from './reading-options.ts';
import type { ColumnMeaning, Verb } from './verb.ts';

async function loadOverviewColumns(): Promise<readonly ColumnMeaning[]> {
  return (await import('../../render/columns/overview-columns.ts')).overviewColumns;
}

export const overviewVerb = {
  name: 'overview',
  summary: 'show what the namespaces of this host belong to (the default)',
  details: [
    'Lists all namespaces in groups, each in one row: those of a container, sandbox, unit or named network; else those with a name; else those that a process and what it started are in; else what holds those that no process is in. The host’s own stand in the last row. Where there are no others, they are listed one by one.',
    'A type that a group shares with the host is not listed in its row. Where several groups share a namespace, as the containers of a pod do, one of them lists it, and the column SHARED says so in each.',
    'A tilde stands before what an ordinary user could pretend, and before what is inferred of processes whose links are refused. nscope ls lists every namespace in a row of its own.',
  ],
  arguments: [],
  options: [typeOption, ...rowOptions],
  examples: [
    { command: 'nscope', meaning: 'what there is on this host' },
    { command: 'nscope -o group,namespaces', meaning: 'with the inode numbers of all' },
    { command: `nscope overview --filter 'kind != "host" && processes == 0'`, meaning: 'what no process is in' },
  ],
  columns: loadOverviewColumns,
  reads: ['namespaces', 'tasks', 'files', 'queues', 'superblocks'],
} as const satisfies Verb;
