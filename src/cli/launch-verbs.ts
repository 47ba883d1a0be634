// The rows of verbs that make and enter namespaces, for the table of verbs.
import { runOptions } from './command-options.ts';
import type { Verb } from './verb.ts';

const commandArgument = {
  name: 'COMMAND',
  meaning: 'the command and its arguments, which may stand behind --; your shell where there is none',
  optional: true,
  repeated: true,
};

const statuses =
  'The exit status is the command’s own; 127 where there is no such command, 126 where it cannot be executed, 128 and the number of the signal that killed it; 2 where the namespaces could not be had.';

export const launchVerbs: readonly Verb[] = [
  {
    name: 'run',
    summary: 'make namespaces and run a command in them',
    details: [
      'Makes a namespace of each type that is named, and starts the command in them. With --pid the command is PID 1: orphans become its children, signals that it does not handle do not reach it from inside, and all processes of the namespace end with it.',
      'nscope stays outside and waits. It passes signals on, stops when the command stops, and goes on with it. A signal that a PID 1 does not handle is dropped by the kernel: nscope then does to it from outside what the signal does to any other process. When nscope is killed, the command and what it has started are killed as well.',
      'Mounts in a new mount namespace are private unless --propagation says otherwise, so that no mount made in there is seen on the host.',
      'Without root, --map-root makes a user namespace first, which owns the others.',
      statuses,
    ],
    arguments: [commandArgument],
    options: runOptions,
    examples: [
      { command: 'nscope run --pid --mount-proc -- ps a', meaning: 'ps as PID 1, with a /proc of its own' },
      { command: 'nscope run --map-root --offline -- id', meaning: 'as root of a user namespace, without a network' },
      { command: 'nscope run -p -m --init -- bash', meaning: 'a shell as PID 2, below an init' },
      { command: 'nscope run --net --keep /run/netns/blue -- true', meaning: 'what ip netns add blue does' },
    ],
    takesCommand: true,
    load: () => import('./run.ts'),
  },
];
