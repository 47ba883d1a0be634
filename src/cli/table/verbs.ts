// The table of verbs.

import { evidenceVerbs } from './evidence-verbs.ts';
import { failureOfAnswer } from './exit-statuses.ts';
import { launchVerbs } from './launch-verbs.ts';
import { liveVerbs } from './live-verbs.ts';
import { overviewVerb } from './overview-verb.ts';
import { fromOption, jsonOption, noBpfOption, quietOption, rowOptions, typeOption } from './reading-options.ts';
import { targetArgument } from './target-argument.ts';
import type { ColumnMeaning, Verb } from './verb.ts';

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
      'Lists every namespace that can be seen, one on a line. What could not be seen is said below the list, on standard error, and in full under coverage with --json.',
      'Of processes whose links are refused it is inferred where they are, from what anybody may read of them. Such counts, leaders and places have a tilde in front, and a namespace that exists and whose inode number cannot be read is ~#1. With --json each place says by what it was inferred and how certain that is.',
      'With a process as TARGET only the namespaces that it is in are listed, with a workload those that it has and the host does not. The column workload tells to which container, sandbox, unit or named network each belongs; it is read only where it is asked for.',
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
        meaning: 'only those that no process and no thread is in, with what holds them and since when',
      },
      ...rowOptions,
    ],
    examples: [
      { command: 'nscope ls --type net,mnt', meaning: 'network and mount namespaces alone' },
      { command: `nscope ls --filter 'processes > 10'`, meaning: 'namespaces that more than ten processes are in' },
      { command: 'nscope ls -o +workload', meaning: 'and whose container or sandbox each one is' },
      { command: 'nscope ls --hidden', meaning: 'namespaces that no process is in, and what holds them' },
      { command: 'nscope ls --tree=owner', meaning: 'which user namespace owns what' },
    ],
    columns: loadNamespaceColumns,
    reads: ['namespaces', 'tasks'],
  },
  overviewVerb,
  {
    name: 'show',
    summary: 'show all that is known of a namespace, a process or a workload',
    details: [
      'Of a namespace: what it isolates, whose it is, what is above and below it, its names, what its type carries (maps, host name, clock offsets), and who is in it. Of a process: how it was called, where it comes from, its PIDs in every nested pid namespace, and for each of its namespaces whether it is the boot’s own, its parent’s, and how many others are in it. Of a workload, as docker:web: its image, pod and labels, by what it is known, its namespaces and processes.',
      'Of a pid namespace also: which signals reach its init from inside and from outside, what has ended in it and was not waited for, whose /proc its init has, and, where its init is gone, that it is dead and what pins it.',
      'What the host refused is shown with the reason.',
      'A bare name is first looked for among the names of namespaces, then among the host names in uts namespaces, then among those of workloads, then among the names of processes. One that leads to several is refused, with the list of them.',
    ],
    arguments: [{ ...targetArgument, repeated: true }],
    options: [jsonOption, quietOption, noBpfOption, fromOption],
    examples: [
      { command: 'nscope show 812', meaning: 'process 812, and where it is' },
      {
        command: 'nscope show net:blue user:812',
        meaning: 'the one called blue, and the user namespace of process 812',
      },
    ],
    reads: everyProgram,
  },
  {
    name: 'ps',
    summary: 'list processes with their namespaces',
    details: [
      'Lists processes, and threads that are not where their process is. With a namespace as TARGET only those in it; with a workload, as podman:web, those of it; with a process those that are in all the namespaces that it is in, which for a process of a container are those of the container.',
      'In the usual columns - stands for the initial namespace and ? for one that is not known, and ~ in front of what is inferred because the links are refused; types in which all are in the initial one have no column; and on a narrow terminal only as many last digits of inode numbers are shown as tell the namespaces apart. Columns named by --columns show whole numbers.',
    ],
    arguments: [{ ...targetArgument, optional: true }],
    options: rowOptions,
    examples: [
      { command: 'nscope ps net:blue', meaning: 'who is in the network namespace called blue' },
      { command: `nscope ps --filter 'size(new) > 0'`, meaning: 'processes that are elsewhere than their parent' },
      { command: 'nscope ps -o pid,netns,command', meaning: 'network namespaces of all processes' },
    ],
    columns: loadProcessColumns,
    reads: ['tasks'],
  },
  {
    name: 'tree',
    summary: 'draw the tree of processes, with the borders between namespaces',
    details: [
      'Where a process is in other namespaces than its parent, a line above it says in which. Threads that are not where their process is stand below it in braces. A question mark behind a namespace says that the parent’s is not known, so that the border may lie further up.',
      'With a process as TARGET only what is below it, with a namespace or a workload only those in it. Kernel threads that are where kthreadd is are counted in its row.',
    ],
    arguments: [{ ...targetArgument, optional: true }],
    options: [
      { flags: '-a, --all', meaning: 'give each kernel thread a row' },
      jsonOption,
      { flags: '-n, --no-header', meaning: 'no line of column names' },
      { flags: '-w, --wide', meaning: 'do not fit the lines to the terminal' },
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
      'Prints the PIDs of a process from the pid namespace that /proc shows to its own, and the namespace of each. With --in it goes the other way: N is a PID in the pid namespace TARGET (or in that of the process TARGET, or of the processes in the namespace TARGET), and the PID here is printed.',
    ],
    arguments: [{ name: 'PID', meaning: 'a PID, or self' }],
    options: [
      { flags: '--in TARGET', meaning: 'the PID is one in this pid namespace' },
      jsonOption,
      { flags: '-n, --no-header', meaning: 'no line of column names' },
      quietOption,
      noBpfOption,
      fromOption,
    ],
    examples: [
      { command: 'nscope pid 812', meaning: 'what process 812 is called inside its container' },
      { command: 'nscope pid 1 --in 812', meaning: 'the init of the pid namespace that process 812 is in' },
    ],
    reads: ['tasks'],
  },
  {
    name: 'holders',
    summary: 'show everything that keeps a namespace alive, and what releases it',
    details: [
      'Lists every holder of a namespace, most direct first: processes, threads, links for children, descriptors, sockets, tun and tap devices, descriptors and messages in flight, bind mounts in any mount namespace, mounted file systems, children, owned namespaces, and what only the kernel knows. Where Linux counts the references of a namespace (6.18) and each has a name, it is said that the namespace ends when all of them are gone; where some have none, how many.',
      'RELEASE is a command for a POSIX shell that releases this holder and keeps the others: a signal that reaches the process, the command of the engine that keeps the container, or an unmount that gets at this mount and no other. Where no command would do, there is none, and below the list it is said what must happen; there it is also said what goes along, and what to do where a process stays. nscope runs none of them, and gives none for a snapshot from a file.',
      'A process stands for the namespaces that it is in and that are not the boot’s own, a workload for those that it has and the host does not.',
    ],
    arguments: [targetArgument],
    options: [...rowOptions],
    examples: [
      { command: 'nscope holders net:blue', meaning: 'what keeps the network namespace that ip netns named blue' },
      { command: 'nscope holders 4026532992', meaning: 'the same for an inode number' },
      { command: 'nscope ls -o +workload', meaning: 'and whose container or sandbox each one is' },
      { command: 'nscope ls --hidden', meaning: 'the namespaces that no process is in' },
    ],
    columns: loadHolderColumns,
    reads: everyProgram,
  },
  {
    name: 'diff',
    summary: 'show what differs between two snapshots, or what two processes share',
    details: [
      'Two snapshots (files, - for standard input, now for this host): namespaces that ended (-), came (+) or changed (~). A number that was given out again is not taken for the same namespace where that can be told: by the 64-bit id, the boot, and what a namespace never changes. Where only the number speaks for it, that is said.',
      'Two processes: which namespaces they share.',
    ],
    arguments: [
      { name: 'A', meaning: 'a snapshot, or a process' },
      { name: 'B', meaning: 'a snapshot, or a process' },
    ],
    options: [jsonOption, quietOption, noBpfOption, fromOption],
    examples: [
      { command: 'nscope diff before.json now', meaning: 'what came and went since a snapshot was kept' },
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
    summary: 'tell whether a process is in child namespaces, and how that is known',
    details: [
      'Judges for each type by some twenty methods, none of which needs privilege: initial (the namespace of the boot), child, host’s (that of the init of the host, which may itself be a child), or cannot tell. Certain is what a proof says, likely what a strong sign does; hints and claims that were shown wrong are told and decide nothing. Without a PID it judges nscope itself, as it is started inside a container.',
      '--explain tells what each method read, what follows from it, and how far it may be trusted on this kernel. docs/detect.md has the methods and how often each was right.',
    ],
    arguments: [{ ...targetArgument, optional: true }],
    options: [
      typeOption,
      { flags: '--explain', meaning: 'tell the reasoning, method by method' },
      { flags: '--certain', meaning: 'for the exit status, take what is only likely for what cannot be told' },
      jsonOption,
      { flags: '-n, --no-header', meaning: 'no line of column names' },
      quietOption,
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
    summary: 'print all that is known as one JSON object',
    details: [
      'The object has the schema nscope.snapshot/1, which the package publishes as nscope/snapshot.schema.json.',
    ],
    arguments: [],
    options: [{ flags: '--compact', meaning: 'one line, no indentation' }, quietOption, noBpfOption, fromOption],
    examples: [
      { command: 'nscope snapshot > host.json', meaning: 'keep the state of this host' },
      { command: 'nscope snapshot | nscope ls --from -', meaning: 'list from a snapshot' },
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
      'Prints what the script listns.py of 2013 printed, for the same host: first a row with -- for each name that ip netns gave, then each namespace of each process that is not one of PID 1’s. Two stars behind a namespace say that it has such a name, [docker] that Docker started the process. The last field is cut after 60 characters.',
      'It differs where the script misled: it runs without root and says what was refused; a file in /run/netns that leads to no namespace is no row; a namespace to which two links of a process lead is one row; names are in order; no blank ends a line.',
      'Where the links of PID 1 are refused, the initial namespaces stand for them, which is said on standard error.',
    ],
    arguments: [],
    options: [jsonOption, quietOption, noBpfOption, fromOption],
    examples: [
      { command: 'nscope listns', meaning: 'who is elsewhere than PID 1' },
      { command: 'nscope snapshot | nscope listns --from -', meaning: 'the same of a snapshot' },
    ],
  },
  ...liveVerbs,
  ...evidenceVerbs,
  ...launchVerbs,
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

/**
 * The verb that a command line means: its first word; the usual one where it begins with an option, or is empty; and the one
 * that shows a TARGET where the first word is not a verb.
 */
export function findVerbName([first = '-']: readonly string[]): string {
  if (first.startsWith('-')) return usualVerb;
  return isVerb(first) ? first : targetVerb;
}

/** Whether a first word is a verb: `help` also is one. */
export function isVerb(word: string): boolean {
  return word === 'help' || verbNames.includes(word);
}
