// The rows of verbs that make and enter namespaces, for the table of verbs.
import { experimentNames } from '../../lab/stage/experiment-names.ts';
import { runOptions } from './command-options.ts';
import { commandStatuses, failureOfAnswer } from './exit-statuses.ts';
import { jsonOption, noBpfOption, typeOption } from './reading-options.ts';
import { targetArgument } from './target-argument.ts';
import type { Verb } from './verb.ts';

const commandArgument = {
  name: 'COMMAND',
  meaning: 'the command and its arguments; from its first word on no word is nscope’s, and -- may stand before it',
  optional: true,
  repeated: true,
};

export const launchVerbs = [
  {
    name: 'run',
    summary: 'make namespaces and run a command in them',
    details: [
      'Makes a namespace of each type that is named, and starts the command in them. With --pid the command is PID 1: orphans become its children, signals that it does not handle do not reach it from inside, and all processes of the namespace end with it.',
      'nscope stays outside and waits. It passes signals on, stops when the command stops, and goes on with it. A signal that a PID 1 does not handle is dropped by the kernel: nscope then does to it from outside what the signal does to any other process. When nscope is killed, the command and what it has started are killed as well.',
      'Mounts in a new mount namespace are private unless --propagation says otherwise, so that no mount made in there is seen on the host.',
      'Without root, --map-root makes a user namespace first, which owns the others.',
    ],
    arguments: [commandArgument],
    options: runOptions,
    examples: [
      { command: 'nscope run --pid --mount-proc ps a', meaning: 'ps as PID 1, with a /proc of its own' },
      { command: 'nscope run --map-root --offline id', meaning: 'as root of a user namespace, without a network' },
      { command: 'nscope run -p -m --init -- bash', meaning: 'a shell as PID 2, below an init' },
      { command: 'nscope run --net --keep /run/netns/blue -- true', meaning: 'what ip netns add blue does' },
    ],
    takesCommand: true,
    statuses: commandStatuses,
  },
  {
    name: 'enter',
    summary: 'run a command in namespaces that are there already',
    details: [
      'Enters each TARGET and starts the command there. A process stands for all its namespaces that nscope is not in, or for those of --type; a workload stands for its first process. One that is only likely, as any user can pretend it, is refused; its first process can be entered by PID. A namespace that no process is in is entered as well: through a descriptor that holds it, a bind mount in any mount namespace, its 64-bit id, or what is below it.',
      'The order is such that the capabilities that each step needs are there: what a user namespace owns is entered after it, all else before it. In a pid namespace the command is a new process, whose parent has no number there: it is 0.',
      'With a process whose mount namespace is entered, the root directory is that of the process and the working directory is its root. In a user namespace the command is root, if anybody is mapped to root there.',
      'The words after TARGET are the command, options of its own among them; without any it is the shell of the user. Options of nscope stand before the command. Several TARGETs end at --, and only the first of them can be a bare name.',
      '-n is for reading along with articles on setns(2): it names files, the first word is that of the command, and without -f the command itself stays outside a pid namespace, in which its children will be.',
      'A pid namespace whose init has ended can be entered, but no process can be born in it any more.',
    ],
    arguments: [{ ...targetArgument, optional: true }, commandArgument],
    options: [
      { ...typeOption, meaning: 'of a process, only namespaces of these types' },
      {
        flags: '-n, --namespace FILE',
        meaning: 'enter the namespace behind FILE, as /proc/812/ns/pid',
        completes: 'file',
        repeated: true,
        insteadOfTarget: true,
      },
      { flags: '-f, --fork', meaning: 'with -n: start the command as a child, which is in the pid namespace' },
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
      { command: 'nscope enter docker:web ip address', meaning: 'in those of a container' },
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
    summary: 'be an init: reap what is left behind, pass signals on',
    details: [
      'As PID 1 of a pid namespace it is the parent of every process that loses its own, and waits for each so that no zombie stays. Elsewhere it takes that part for all that it has started. Every signal that can be passed on goes to the command; the end of the command is the end of init, and with it of the pid namespace.',
      'Without a command it prompts: each line is run by sh(1) in a process group of its own, until the end of the input. fg and bg go on with a command that was stopped, exit ends init, orphan is the demonstration of that name.',
    ],
    arguments: [commandArgument],
    options: [{ flags: '-v, --verbose', meaning: 'say which children are made, and which have ended' }],
    examples: [
      { command: 'nscope run -p -- nscope init -v', meaning: 'an init with a prompt, in a new pid namespace' },
      { command: 'nscope init -v', meaning: 'the same here, as an init for what is started at the prompt' },
      { command: 'nscope init -- make', meaning: 'wait for everything that make leaves behind' },
    ],
    takesCommand: true,
    statuses: commandStatuses,
  },
  {
    name: 'orphan',
    summary: 'show how a process loses its parent and who becomes the new one',
    details: [
      'Makes a child and ends. The child waits until it has another parent, says which, and ends as well: in a pid namespace it is PID 1 of that namespace, not of the host.',
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
    summary: 'unmount what lies topmost at a path, also where no umount(8) is',
    details: [
      'Does what umount(8) does, by the system call alone: no link at the end of the path is followed, no table is read, and nothing is executed. nscope enter carries it out in a mount namespace without executing anything there, so that a mount namespace can be tidied that has no program, or none that is to be trusted. nscope holders names it where nothing else can unmount what holds a namespace.',
    ],
    arguments: [{ name: 'PATH', meaning: 'where it is mounted' }],
    options: [],
    examples: [
      {
        command: `nscope enter 'mnt:[4026532253]' -- nscope unmount /run/netns/blue`,
        meaning: 'in a mount namespace that may have no process',
      },
      { command: 'nscope unmount /run/netns/blue', meaning: 'here' },
    ],
  },
  {
    name: 'lab',
    summary: 'try on this kernel what the documents on namespaces claim',
    details: [
      'Each experiment runs here and now, shows its commands and what the kernel answered, and says in a sentence what it proves. The verdict is as described, differs on this kernel, or not permitted here, with the reason; it follows from the answers alone.',
      'Without a NAME the experiments are listed; all stands for all of them. An ordinary user makes a user namespace for each. Mounts are made in new mount namespaces alone, no file is written, and what was started ends with the experiment, also when nscope is interrupted or killed.',
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
