// The table of verbs.
import { fromOption, rowOptions, typeOption } from './reading-options.ts';
import type { Verb } from './verb.ts';

/** The argument of verbs that speak of one thing. */
export const targetArgument = {
  name: 'TARGET',
  meaning:
    'net:[4026532992], 4026532992, net:NAME, /run/netns/NAME, /proc/PID/ns/net, id:5121 (64-bit id), a PID, self, or a bare name',
};

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
];

export const verbNames: readonly string[] = verbs.map(({ name }) => name);
