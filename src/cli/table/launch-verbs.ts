// The rows of verbs that make and enter namespaces, for the table of verbs.
import { experimentNames } from '../../lab/stage/experiment-names.ts';
import { commandStatuses, failureOfAnswer } from '../help/exit-statuses.ts';
import { jsonOption, noBpfOption, typeOption } from '../options/reading-options.ts';
import { targetArgument } from '../options/target-argument.ts';
import type { Verb } from '../options/verb.ts';
import { runOptions } from './command-options.ts';

const commandArgument = {
  name: 'COMMAND',
  meaning: 'the command and its arguments; from its first word on all words are its own, and -- may stand before it',
  optional: true,
  repeated: true,
};

export const launchVerbs = [
  {
    name: 'run',
    summary: 'make namespaces and run a command in them',
    details: [
      'Makes a namespace of each type named by an option, and starts the command in them. With --pid the command is PID 1: orphans become its children, signals that it does not handle do not reach it from inside, and all processes of the namespace end with it.',
      'nscope stays outside and waits. It passes signals on, and stops and continues together with the command. The kernel drops a signal that a PID 1 does not handle: nscope then does from outside what the signal does to any other process. When nscope is killed, the command and what it has started are killed as well.',
      'Mounts in a new mount namespace are private unless --propagation says otherwise: the host does not see them.',
      'An ordinary user adds --map-root: it makes a user namespace first, which owns the others.',
    ],
    arguments: [commandArgument],
    options: runOptions,
    examples: [
      { command: 'nscope run --pid --mount-proc ps a', meaning: 'ps as PID 1, with its own /proc' },
      { command: 'nscope run --map-root --offline id', meaning: 'as root of a user namespace, without a network' },
      { command: 'nscope run -p -m --init -- bash', meaning: 'a shell as PID 2, below an init' },
      { command: 'nscope run --net --keep /run/netns/blue -- true', meaning: 'what ip netns add blue does' },
    ],
    takesCommand: true,
    statuses: commandStatuses,
  },
  {
    name: 'enter',
    summary: 'run a command in existing namespaces',
    details: [
      'Enters each TARGET and starts the command there. A process stands for all its namespaces that nscope is not in, or for those of --type; a workload stands for its first process. A workload with a tilde is refused, since any user can pretend to be it; enter its first process by PID. A namespace without members can be entered as well: through a descriptor that holds it, a bind mount in any mount namespace, its 64-bit id, or what is below it.',
      'nscope enters what a user namespace owns after that user namespace, and everything else before it, so that each step has the capabilities that it needs. In a pid namespace the command is a new process; its parent has no PID there, and shows as 0.',
      'When the mount namespace of a process is entered, the root directory is that of the process, and the working directory is that root. In a user namespace the command runs as root, if root is mapped there.',
      'The words after TARGET are the command, its own options among them; without any, nscope starts the shell of the user. Options of nscope stand before the command. With several TARGETs, -- ends them, and only the first can be a bare name.',
      '-n is for examples in articles on setns(2): it names files, and the first word is that of the command. Without -f the command itself stays outside a pid namespace, and only its children are in it.',
      'A pid namespace whose init has ended can be entered, but no new process can start in it.',
    ],
    arguments: [{ ...targetArgument, optional: true }, commandArgument],
    options: [
      { ...typeOption, meaning: 'enter only namespaces of these types of a process' },
      {
        flags: '-n, --namespace FILE',
        meaning: 'enter the namespace that FILE leads to, such as /proc/812/ns/pid',
        completes: 'file',
        repeated: true,
        insteadOfTarget: true,
      },
      { flags: '-f, --fork', meaning: 'with -n: start the command as a child, inside the pid namespace' },
      {
        flags: '--root WHOSE',
        meaning: 'the root directory of the target or of the caller',
        choices: ['target', 'caller'],
      },
      {
        flags: '--cwd WHOSE',
        meaning: 'the working directory of the target or of the caller',
        choices: ['target', 'caller'],
      },
      {
        flags: '--env WHOSE',
        meaning: 'the environment of the target or of the caller (the usual one)',
        choices: ['target', 'caller'],
      },
      {
        flags: '--credentials WHOSE',
        meaning: 'user and groups of the target, of the caller, or root',
        choices: ['target', 'caller', 'root'],
      },
      noBpfOption,
    ],
    examples: [
      { command: 'nscope enter 812 ps a', meaning: 'in all namespaces of process 812' },
      { command: 'nscope enter docker:web ip address', meaning: 'in the namespaces of a container' },
      { command: 'nscope enter net:blue ip -br address', meaning: 'in the network namespace called blue' },
      { command: 'nscope enter 812 --type net,uts hostname', meaning: 'in two of its namespaces' },
      { command: 'nscope enter 812 net:blue -- sh', meaning: 'in those of a process, but the network namespace blue' },
      { command: 'nscope enter -f -n /proc/812/ns/pid nscope orphan', meaning: 'a child in a pid namespace' },
    ],
    takesCommand: 'after TARGET',
    statuses: commandStatuses,
  },
  {
    name: 'init',
    summary: 'be an init: reap orphans and pass signals on',
    details: [
      'As PID 1 of a pid namespace, init becomes the parent of every process that loses its own, and waits for each, so that no zombie stays. Elsewhere it does so for everything that it has started. It passes every signal that it can to the command. When the command ends, init ends, and with it the pid namespace.',
      'Without a command it prompts: sh(1) runs each line in its own process group, until the end of the input. fg and bg continue a command that was stopped, exit ends init, and orphan runs nscope orphan.',
    ],
    arguments: [commandArgument],
    options: [{ flags: '-v, --verbose', meaning: 'print which children start and end' }],
    examples: [
      { command: 'nscope run -p -- nscope init -v', meaning: 'an init with a prompt, in a new pid namespace' },
      { command: 'nscope init -v', meaning: 'the same here, for everything started at the prompt' },
      { command: 'nscope init -- make', meaning: 'wait also for processes that make leaves running' },
    ],
    takesCommand: true,
    statuses: commandStatuses,
  },
  {
    name: 'orphan',
    summary: 'show how a process loses its parent and who becomes the new one',
    details: [
      'Makes a child and ends. The child waits until it has another parent, prints which, and ends as well. In a pid namespace the new parent is PID 1 of that namespace, not of the host.',
    ],
    arguments: [],
    options: [],
    examples: [
      {
        command: 'nscope run -p -- nscope init -v -- nscope orphan',
        meaning: 'adopted by the init of a namespace',
      },
      { command: 'nscope orphan', meaning: 'adopted by the init of the host' },
      { command: 'nscope orphan | cat', meaning: 'the same; cat ends with the child' },
    ],
  },
  {
    name: 'unmount',
    summary: 'unmount what is topmost at a path, also where there is no umount(8)',
    details: [
      'Does what umount(8) does, with the system call alone: it follows no link at the end of the path, reads no table, and executes nothing. After nscope enter it works in a mount namespace that has no programs, or none that you trust. nscope holders prints it where nothing else can unmount what holds a namespace.',
    ],
    arguments: [{ name: 'PATH', meaning: 'where it is mounted' }],
    options: [],
    examples: [
      {
        command: `nscope enter 'mnt:[4026532253]' -- nscope unmount /run/netns/blue`,
        meaning: 'in a mount namespace that may have no members',
      },
      { command: 'nscope unmount /run/netns/blue', meaning: 'here' },
    ],
  },
  {
    name: 'lab',
    summary: 'try on this kernel what documents on namespaces claim',
    details: [
      'Runs experiments. Each shows its commands and what the kernel answered, and says in a sentence what that proves. The verdict is as described, differs on this kernel, or not permitted here, with the reason; it follows from the answers alone.',
      'Without a NAME, lists the experiments; all runs all of them. For an ordinary user each experiment makes a user namespace. Experiments mount only in new mount namespaces and write no file. What they start ends with them, also when nscope is interrupted or killed.',
    ],
    arguments: [
      {
        name: 'NAME',
        meaning: 'an experiment, or all',
        optional: true,
        repeated: true,
        choices: ['all', ...experimentNames],
      },
    ],
    options: [jsonOption],
    examples: [
      { command: 'nscope lab', meaning: 'list the experiments' },
      { command: 'nscope lab dead-namespace', meaning: 'a pid namespace that outlives its init' },
      { command: 'nscope lab all --json', meaning: 'all of them, for a program' },
    ],
    statuses: [
      ['0', 'all was as described'],
      ['1', 'something differs on this kernel'],
      failureOfAnswer,
      ['3', 'nothing differs, and something was not permitted'],
    ],
  },
] as const satisfies readonly Verb[];
