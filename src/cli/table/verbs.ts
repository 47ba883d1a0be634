// The table of verbs.

import { conditionsOnDemand } from '../../model/snapshot/wanted.ts';
import { graphVerb } from '../entries/graph-verb.ts';
import { mountsVerb } from '../entries/mounts-verb.ts';
import { netVerb } from '../entries/net-verb.ts';
import { quotaVerb } from '../entries/quota-verb.ts';
import { failureOfAnswer } from '../help/exit-statuses.ts';
import {
  fromOption,
  jsonOption,
  noBpfOption,
  noHeaderOption,
  quietOption,
  rowOptions,
  typeOption,
  wideOption,
} from '../options/reading-options.ts';
import { targetArgument } from '../options/target-argument.ts';
import type { ColumnMeaning, Verb } from '../options/verb.ts';
import { ciVerb } from './ci-verb.ts';
import { evidenceVerbs } from './evidence-verbs.ts';
import { launchVerbs } from './launch-verbs.ts';
import { liveVerbs } from './live-verbs.ts';
import { verdictVerbs } from './verdict-verbs.ts';

async function loadNamespaceColumns(): Promise<readonly ColumnMeaning[]> {
  return (await import('../../render/columns/namespace-columns.ts')).namespaceColumns;
}

async function loadProcessColumns(): Promise<readonly ColumnMeaning[]> {
  return (await import('../../render/columns/process-columns.ts')).processColumns;
}

async function loadHolderColumns(): Promise<readonly ColumnMeaning[]> {
  return (await import('../../render/columns/holder-columns.ts')).holderColumns;
}

/** What a whole snapshot is read with. */
const everyProgram = ['namespaces', 'tasks', 'files', 'queues', 'superblocks'] as const;

const table = [
  {
    name: 'ls',
    summary: 'list the namespaces of this host, one on a line',
    details: [
      'Lists every namespace that can be seen, one on a line. A remark on standard error says what could not be seen; nscope coverage explains it, and --json has it under coverage.',
      'Where the links of a process are refused, nscope infers its namespaces from what anybody may read of the process. Such counts, leaders and places have a tilde in front. A namespace whose inode number cannot be read is listed as ~#1. With --json, each inferred place says what it was inferred from and how certain it is.',
      'With a process as TARGET, lists only the namespaces that it is in; with a workload, those that it has and the host does not. The column workload names the container, sandbox, unit or named network that each namespace belongs to; it is read only when asked for.',
      '--tree puts each namespace below the user namespace that owns it (owner), below its parent (parent; pid and user namespaces alone have one), or below the namespace that its leader’s ancestors are in (process).',
    ],
    arguments: [{ ...targetArgument, optional: true }],
    options: [
      typeOption,
      {
        flags: '--tree[=KIND]',
        meaning: 'draw a tree: owner (the usual one), parent or process',
        choices: ['owner', 'parent', 'process'],
      },
      {
        flags: '--hidden',
        meaning: 'only namespaces without members, with what holds them and since when',
      },
      ...rowOptions,
    ],
    examples: [
      { command: 'nscope ls --type net,mnt', meaning: 'only network and mount namespaces' },
      { command: `nscope ls --filter 'processes > 10'`, meaning: 'namespaces with more than ten processes' },
      { command: 'nscope ls -o +workload', meaning: 'with the container or sandbox that each belongs to' },
      { command: 'nscope ls --hidden', meaning: 'namespaces without members, and what holds them' },
      { command: 'nscope ls --tree=owner', meaning: 'which user namespace owns what' },
    ],
    columns: loadNamespaceColumns,
    reads: ['namespaces', 'tasks'],
  },
  {
    name: 'show',
    summary: 'show everything about a process, a namespace or a workload',
    details: [
      'For a namespace: what it isolates, who owns it, what is above and below it, its names, what its type carries (maps, host name, clock offsets), and its members. For a process: its command line, its ancestors, its PIDs in every nested pid namespace, and for each of its namespaces whether it is the boot’s own or its parent’s, and how many others are in it. For a workload such as docker:web: its image, pod and labels, how it was recognized, its namespaces and processes.',
      'For a pid namespace also: which signals reach its init from inside and from outside, which processes have ended and were not waited for, and which /proc its init has. Where the init is gone, the page says that the namespace is dead and what pins it.',
      'What the host refused stands there with the reason.',
      'show is the verb that is meant where a TARGET stands in place of a verb: nscope 812.',
    ],
    arguments: [{ ...targetArgument, repeated: true }],
    options: [jsonOption, wideOption, quietOption, noBpfOption, fromOption],
    examples: [
      { command: 'nscope show 812', meaning: 'process 812, and where it is' },
      {
        command: 'nscope show net:blue user:812',
        meaning: 'the network namespace blue, and the user namespace of process 812',
      },
    ],
    reads: everyProgram,
  },
  {
    name: 'ps',
    summary: 'list processes with their namespaces',
    details: [
      'Lists processes, and threads that are in other namespaces than their process. With a namespace as TARGET, lists only the processes in it; with a workload such as podman:web, its processes; with a process, those that share all of its namespaces, which for a process of a container are those of the container.',
      'In the usual columns, - stands for the initial namespace, ? for one that is not known, and ~ in front of one that is inferred because the links are refused. A type has no column where all processes are in its initial namespace. On a narrow terminal, inode numbers are cut to the last digits that tell the namespaces apart; columns named by --columns show whole numbers.',
    ],
    arguments: [{ ...targetArgument, optional: true }],
    options: rowOptions,
    examples: [
      { command: 'nscope ps net:blue', meaning: 'who is in the network namespace called blue' },
      { command: `nscope ps --filter 'size(new) > 0'`, meaning: 'processes in other namespaces than their parent' },
      { command: 'nscope ps -o pid,netns,command', meaning: 'network namespaces of all processes' },
    ],
    columns: loadProcessColumns,
    reads: ['tasks'],
  },
  {
    name: 'tree',
    summary: 'draw the tree of processes, with the borders between namespaces',
    details: [
      'Where a process is in other namespaces than its parent, a line above it names them. Threads in other namespaces than their process stand below it in braces. A question mark after a namespace says that the one of the parent is not known, so that the border may be further up.',
      'With a process as TARGET, draws only that process and what is below it; with a namespace or a workload, only the processes in it. Kernel threads in the same namespaces as kthreadd are counted in its row.',
    ],
    arguments: [{ ...targetArgument, optional: true }],
    options: [
      typeOption,
      { flags: '-a, --all', meaning: 'give each kernel thread a row' },
      jsonOption,
      noHeaderOption,
      wideOption,
      quietOption,
      noBpfOption,
      fromOption,
    ],
    examples: [
      { command: 'nscope tree', meaning: 'all processes' },
      { command: 'nscope tree 812', meaning: 'process 812 and all below it' },
    ],
    reads: ['tasks'],
  },
  {
    name: 'pid',
    summary: 'translate PIDs between pid namespaces',
    details: [
      'Prints the PIDs that a process has in each pid namespace, from the one that /proc shows down to its own. With --in, translates the other way: PID is one in the pid namespace TARGET (or in that of the process, the workload or the members that TARGET stands for), and the PID here is printed.',
    ],
    arguments: [{ name: 'PID', meaning: 'a PID, or self' }],
    options: [
      { flags: '--in TARGET', meaning: 'the PID is one in this pid namespace' },
      jsonOption,
      noHeaderOption,
      wideOption,
      quietOption,
      noBpfOption,
      fromOption,
    ],
    examples: [
      { command: 'nscope pid 812', meaning: 'the PID that process 812 has inside its container' },
      { command: 'nscope pid 1 --in 812', meaning: 'the init of the pid namespace that process 812 is in' },
    ],
    reads: ['tasks'],
  },
  {
    name: 'holders',
    summary: 'show everything that keeps a namespace alive, and what releases it',
    details: [
      'Lists every holder of a namespace, most direct first: processes, threads, links for children, descriptors, sockets, tun and tap devices, descriptors and messages in flight, bind mounts in any mount namespace, mounted file systems, children, owned namespaces, and what only the kernel knows. Linux 6.18 and later count the references of a namespace: nscope then says whether the list accounts for all of them, or how many references have no name.',
      'RELEASE is a command for a POSIX shell that releases this holder and keeps the others: a signal that reaches the process, the command of the engine that keeps the container, or an unmount of this mount and no other. Where no command would work, the lines below the list say what must happen instead. They also say what ends together with the holder, and what to do when a process stays. nscope never runs these commands, and prints none for a snapshot from a file.',
      'A process stands for those of its namespaces that are not the boot’s own, and a workload for those that it has and the host does not.',
    ],
    arguments: [targetArgument],
    options: [typeOption, ...rowOptions],
    examples: [
      { command: 'nscope holders net:blue', meaning: 'what keeps the network namespace blue of ip netns' },
      { command: 'nscope holders 4026532992', meaning: 'the same for an inode number' },
      { command: 'nscope ls -o +workload', meaning: 'with the container or sandbox that each belongs to' },
      { command: 'nscope ls --hidden', meaning: 'namespaces without members' },
    ],
    columns: loadHolderColumns,
    reads: everyProgram,
  },
  {
    name: 'diff',
    summary: 'show what differs between two snapshots, or what two processes share',
    details: [
      'Compares two snapshots (files, - for standard input, now for this host): namespaces that came (+) or ended (-), then those that changed (~). A namespace that only has more or fewer processes, threads or holders is shown, and counts as a difference, only with --counts; --json always has it. nscope detects an inode number that was used again by the 64-bit id, the boot, and what a namespace never changes. A remark says where only the number is known.',
      'Where both snapshots have mounts or networks (nscope snapshot --with mounts,networks; now reads what the other one has), then also mounts, links, addresses, routes and listening sockets that came, went and changed in the namespaces that are in both. What one snapshot lacks, or was refused, is said not to be compared.',
      'For two processes, shows which namespaces they share.',
    ],
    arguments: [
      { name: 'A', meaning: 'a snapshot, or a process' },
      { name: 'B', meaning: 'a snapshot, or a process' },
    ],
    options: [
      typeOption,
      jsonOption,
      { flags: '--counts', meaning: 'also changes of mere counts: processes, threads, holders' },
      noHeaderOption,
      quietOption,
      noBpfOption,
      fromOption,
    ],
    examples: [
      { command: 'nscope diff before.json now', meaning: 'what changed since a snapshot was saved' },
      { command: 'nscope diff 1 812', meaning: 'what process 812 shares with the init of this host' },
    ],
    statuses: [
      ['0', 'nothing differs'],
      ['1', 'something differs'],
      failureOfAnswer,
      ['3', 'cannot be told: nothing differs of what is known'],
    ],
  },
  {
    name: 'detect',
    summary: 'say whether a process is in child namespaces, and how that is known',
    details: [
      'Gives a verdict for each type: initial (the namespace of the boot), child, host’s (that of the init of the host, which may itself be a child), or cannot tell. It uses some twenty methods, none of which needs privilege. A proof makes a verdict certain, a strong sign makes it likely; hints, and claims that were shown to be wrong, are reported and decide nothing. Without a TARGET it judges nscope itself, as inside a container.',
      '--explain shows what each method read, what follows from it, and how far it can be trusted on this kernel. docs/detect.md describes the methods, and how often each was right.',
    ],
    arguments: [{ ...targetArgument, optional: true }],
    options: [
      typeOption,
      { flags: '--explain', meaning: 'show the reasoning, method by method' },
      { flags: '--certain', meaning: 'for the exit status, count a likely verdict as cannot tell' },
      jsonOption,
      noHeaderOption,
      wideOption,
      quietOption,
      noBpfOption,
    ],
    examples: [
      { command: 'nscope detect', meaning: 'where nscope itself runs' },
      {
        command: 'nscope detect --type net && echo not the network of the host',
        meaning: 'as a condition in a script',
      },
      { command: 'nscope detect 812 --explain', meaning: 'about process 812, with the reasons' },
    ],
    statuses: [
      ['0', 'it is in a child namespace of the type asked with --type, or of any of those asked'],
      ['1', 'it is in none'],
      failureOfAnswer,
      ['3', 'cannot be told'],
    ],
  },
  {
    name: 'snapshot',
    summary: 'print everything as one JSON object, for scripts and for --from',
    details: [
      'The object has the schema nscope.snapshot/1, which the package publishes as nscope/snapshot.schema.json.',
      'What is large is added by --with alone: mounts, all mounts of every mount namespace, which nscope mounts --from needs; networks, what every network namespace has, which nscope net --from needs.',
    ],
    arguments: [],
    options: [
      jsonOption,
      { flags: '--with WHAT,...', meaning: 'add what is large', choices: conditionsOnDemand },
      { flags: '--compact', meaning: 'one line, no indentation' },
      quietOption,
      noBpfOption,
      fromOption,
    ],
    examples: [
      { command: 'nscope snapshot > host.json', meaning: 'save the state of this host' },
      { command: 'nscope snapshot | nscope ls --from -', meaning: 'list from a snapshot' },
      { command: 'nscope snapshot --with mounts,networks > host.json', meaning: 'with all mounts, links and sockets' },
    ],
    reads: everyProgram,
  },
  {
    name: 'coverage',
    summary: 'show what could not be seen, why, and what would lift that',
    details: [
      'Looks at this host as snapshot does, and says whether the kernel listed all namespaces; of each thing that could not be seen why, what that means for the listings, and what would lift it; which holders were not looked for everywhere; what was tried and refused, with the errno and of BPF with the type of the program; and where sources disagree. The other verbs say it in one line on standard error, which --quiet leaves out.',
    ],
    arguments: [],
    options: [jsonOption, noBpfOption, fromOption],
    examples: [
      { command: 'nscope coverage', meaning: 'what is not seen here, and how to see it' },
      { command: 'nscope coverage --from host.json', meaning: 'what was not seen when a snapshot was taken' },
    ],
    reads: everyProgram,
  },
  {
    name: 'listns',
    summary: 'print the classic listing: PID, Namespace, Thread/Command',
    details: [
      'Prints what the script listns.py of 2013 printed for the same host: first a row with -- for each name that ip netns gave, then each namespace of each process that PID 1 is not in. Two stars after a namespace say that it has such a name, and [docker] that Docker started the process. The last field is cut after 60 characters.',
      'It differs where the script misled. It runs without root, and says what was refused. A file in /run/netns that does not lead to a namespace has no row; a namespace that two links of a process lead to has one row; names are sorted; no line ends in a blank.',
      'Where the links of PID 1 are refused, the initial namespaces are taken for them; a remark on standard error says so.',
    ],
    arguments: [],
    options: [typeOption, jsonOption, noHeaderOption, quietOption, noBpfOption, fromOption],
    examples: [
      { command: 'nscope listns', meaning: 'processes in other namespaces than PID 1' },
      { command: 'nscope snapshot | nscope listns --from -', meaning: 'the same from a snapshot' },
    ],
  },
  ...liveVerbs,
  ...verdictVerbs,
  quotaVerb,
  graphVerb,
  mountsVerb,
  netVerb,
  ...evidenceVerbs,
  ...launchVerbs,
  ciVerb,
  {
    name: 'completion',
    summary: 'print the completion script of a shell',
    details: [
      'The script holds all verbs, options, types and columns itself. PIDs, inode numbers and the names of ip netns are looked up when the key is pressed; nscope is started only for the names of workloads, after a word such as docker: was written.',
    ],
    arguments: [{ name: 'SHELL', meaning: 'bash, zsh or fish', choices: ['bash', 'zsh', 'fish'] }],
    options: [],
    examples: [
      { command: 'nscope completion bash > ~/.local/share/bash-completion/completions/nscope', meaning: 'for bash' },
      { command: 'nscope completion fish > ~/.config/fish/completions/nscope.fish', meaning: 'for fish' },
      { command: 'nscope completion zsh > ~/.zfunc/_nscope', meaning: 'for zsh, with ~/.zfunc in its fpath' },
    ],
  },
] as const satisfies readonly Verb[];

export const verbs: readonly Verb[] = table;

/** Each verb as it stands in the table, its flags to the letter. */
export type VerbTable = typeof table;

/** The verb that is meant where none is written. */
export const usualVerb = 'overview';

export const verbNames: readonly string[] = verbs.map(({ name }) => name);

/** The verb that is meant where a TARGET is the first word. */
export const targetVerb = 'show';
