// The table of verbs.
import { fromOption, jsonOption, rowOptions, typeOption } from './reading-options.ts';
import type { ColumnMeaning, Verb } from './verb.ts';

/** The argument of verbs that speak of one thing. */
export const targetArgument = {
  name: 'TARGET',
  meaning:
    'net:[4026532992], 4026532992, net:NAME, /run/netns/NAME, /proc/PID/ns/net, id:5121 (64-bit id), a PID, self, or a bare name',
};

async function loadNamespaceColumns(): Promise<readonly ColumnMeaning[]> {
  return (await import('../render/namespace-columns.ts')).namespaceColumns;
}

export const verbs: readonly Verb[] = [
  {
    name: 'ls',
    summary: 'list the namespaces of this host (the default)',
    details: [
      'Lists every namespace that can be seen, one on a line. What could not be seen is said below the list, on standard error, and in full under coverage with --json.',
      '--tree puts each namespace below the user namespace that owns it (owner), below its parent (parent; pid and user namespaces alone have one), or below the namespace that its leader’s ancestors are in (process).',
    ],
    arguments: [],
    options: [
      typeOption,
      {
        flags: '--tree[=KIND]',
        meaning: 'draw a tree: owner (the usual one), parent or process',
        choices: ['owner', 'parent', 'process'],
      },
      ...rowOptions,
    ],
    examples: [
      { command: 'nscope ls --type net,mnt', meaning: 'network and mount namespaces alone' },
      { command: `nscope ls --filter 'processes == 0'`, meaning: 'namespaces that no process is in' },
      { command: 'nscope --tree=owner', meaning: 'which user namespace owns what' },
    ],
    columns: loadNamespaceColumns,
    load: () => import('./ls.ts'),
  },
  {
    name: 'snapshot',
    summary: 'print all that is known as one JSON object',
    details: [
      'The object has the schema nscope.snapshot/1, which the package publishes as nscope/snapshot.schema.json.',
    ],
    arguments: [],
    options: [{ flags: '--compact', meaning: 'one line, no indentation' }, fromOption],
    examples: [
      { command: 'nscope snapshot > host.json', meaning: 'keep the state of this host' },
      { command: 'nscope snapshot | nscope ls --from -', meaning: 'list from a snapshot' },
    ],
    load: () => import('./snapshot.ts'),
  },
  {
    name: 'listns',
    summary: 'print the classic listing: PID, Namespace, Thread/Command',
    details: [
      'Prints what the script listns.py of 2013 printed, for the same host: first a row with -- for each name that ip netns gave, then each namespace of each process that is not one of PID 1’s. Two stars behind a namespace say that it has such a name, [docker] that Docker started the process. The last field is cut after 60 characters.',
      'It differs where the script misled: it runs without root and says what was refused; a file in /run/netns that leads to no namespace is no row; a namespace to which two links of a process lead is one row; names are in order; no blank ends a line.',
      'Where the links of PID 1 are refused, the initial namespaces stand for them, which is said on standard error.',
    ],
    arguments: [],
    options: [jsonOption, fromOption],
    examples: [
      { command: 'nscope listns', meaning: 'who is elsewhere than PID 1' },
      { command: 'nscope snapshot | nscope listns --from -', meaning: 'the same of a snapshot' },
    ],
    load: () => import('./listns.ts'),
  },
];

export const verbNames: readonly string[] = verbs.map(({ name }) => name);
