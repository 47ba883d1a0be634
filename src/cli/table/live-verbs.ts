// The verbs that go on until they are stopped: their rows in the table of verbs.
import {
  columnsOption,
  filterOption,
  jsonOption,
  noBpfOption,
  noHeaderOption,
  quietOption,
  typeOption,
  wideOption,
} from '../options/reading-options.ts';
import type { ColumnMeaning, Verb } from '../options/verb.ts';
import { sourceOption } from './source-option.ts';

async function loadEventColumns(): Promise<readonly ColumnMeaning[]> {
  return (await import('../../render/columns/event-columns.ts')).eventColumns;
}

export const liveVerbs = [
  {
    name: 'watch',
    summary: 'print what happens to namespaces as it happens, one event on a line',
    details: [
      'Prints an event when a namespace is created, entered (clone, unshare, setns), left or destroyed, and when it gets or loses a name, with who did it and when. Ends when it is interrupted, when its reader has gone, or by --count or --for.',
      'Events come from the kernel by BPF (bpf-hooks, bpf), from its process connector (process-events), or from a comparison of snapshots (comparison). nscope takes the best source that kernel and user permit, or the one that --source names. A remark on standard error says which one it is and in a few words what it cannot see; the first object of --json says all of it, and why better sources were refused.',
      '--mounts and --links watch what is in chosen namespaces: at most 32 of each, which must be there when watch begins; -t does not leave their events out. nscope keeps none of these namespaces alive. To hear links of other network namespaces than its own, nscope makes one network namespace, which ends with it.',
      'When events are lost, an event says so, and a comparison of snapshots finds what they would have said.',
      'A filter names the columns. A column that an event does not have is null: event == "created" && type == "user" && user != "root".',
      '--exec starts COMMAND for each event instead of printing it. No shell is used. The event is one line of JSON on the standard input of the command, as --json prints it; NSCOPE_EVENT, NSCOPE_NAMESPACE, NSCOPE_TYPE, NSCOPE_INODE, NSCOPE_PID and NSCOPE_UID are in its environment. Options of watch stand before it, and its output is that of nscope. nscope reports on standard error a command that fails or takes too long. While all commands run, at most 4096 events wait; events beyond that are dropped, counted and reported.',
      'An inode number can be used again by another namespace; the 64-bit id tells them apart.',
    ],
    statuses: [['1', 'fewer events came than --count asked for']],
    arguments: [
      { name: 'COMMAND', meaning: 'with --exec: the command and its arguments', optional: true, repeated: true },
    ],
    options: [
      typeOption,
      { ...filterOption, meaning: 'only events for which the CEL expression over the columns is true' },
      columnsOption,
      { ...jsonOption, meaning: 'print one JSON object a line, the source in use first' },
      { flags: '--state', meaning: 'with --json: the whole snapshot in the first object' },
      { flags: '--stats', meaning: 'print counts each second, and in all at the end, instead of events' },
      {
        flags: '--holders',
        meaning: 'also print when a descriptor, socket, bind mount or the like starts or stops holding one',
      },
      { flags: '--processes', meaning: 'also every process that begins, moves or ends' },
      {
        flags: '--mounts[=TARGET]',
        meaning: 'also what is mounted and unmounted in the mount namespace of TARGET, or of nscope; may be repeated',
        repeated: true,
      },
      {
        flags: '--links[=TARGET]',
        meaning: 'also links that come, go or change in the network namespace of TARGET, or of nscope; may be repeated',
        repeated: true,
      },
      { flags: '-c, --count N', meaning: 'end after N events' },
      { flags: '--for SECONDS', meaning: 'end after this time, and after the commands that then run or wait' },
      { flags: '--exec', meaning: 'start COMMAND for each event instead of printing it' },
      {
        flags: '--jobs N',
        meaning: 'with --exec: run at most N commands at once (4); 1 keeps the order',
      },
      { flags: '--timeout SECONDS', meaning: 'with --exec: end a command after this time (60)' },
      sourceOption,
      { flags: '--interval SECONDS', meaning: 'time between two snapshots, for the source comparison' },
      noHeaderOption,
      wideOption,
      quietOption,
      noBpfOption,
    ],
    examples: [
      { command: 'nscope watch', meaning: 'everything, until interrupted' },
      { command: `nscope watch -t net --filter 'event == "created"'`, meaning: 'who makes network namespaces' },
      {
        command: `nscope watch --filter 'event == "created" && type == "user" && user != "root"' --exec logger -t userns`,
        meaning: 'put each new user namespace of an ordinary user into the log',
      },
      {
        command: `nscope watch --count 1 --for 60 --filter 'event == "destroyed"'`,
        meaning: 'wait for the end of one',
      },
      {
        command: `nscope watch --mounts=docker:web --filter 'path != null'`,
        meaning: 'what a container mounts and unmounts, and nothing else',
      },
      { command: 'nscope watch --links --links=net:blue -t net', meaning: 'links here and in blue' },
      { command: 'nscope watch --json --stats', meaning: 'counts each second, for a program' },
    ],
    takesCommand: true,
    columns: loadEventColumns,
  },
  {
    name: 'top',
    summary: 'show namespaces and workloads live, on the whole screen',
    details: [
      'Shows all namespaces, and after Tab the workloads, as they are now: how many processes are in each, how many namespaces those processes make each second, what else holds it, and who leads it. A line at the bottom counts the namespaces of each type. Events keep the screen current, as in watch; the upper right corner names their source.',
      'Enter opens the details of the chosen line, and Esc goes back. s sorts by the next column, r reverses the order, t shows one type, / shows lines that have a text, ? lists all keys, and q quits.',
      'Needs a terminal with 40 columns and 8 lines.',
    ],
    arguments: [],
    options: [
      typeOption,
      {
        flags: '--sort NAME',
        meaning: 'the column that the namespaces are sorted by at first',
        choices: ['type', 'inode', 'procs', 'new', 'held', 'user', 'pid', 'what'],
      },
      { flags: '-d, --delay SECONDS', meaning: 'time between two updates; 1 by default' },
      sourceOption,
      noBpfOption,
    ],
    examples: [
      { command: 'nscope top', meaning: 'everything, by processes' },
      { command: 'nscope top -t net --sort new', meaning: 'who makes network namespaces' },
    ],
  },
  {
    name: 'mount',
    summary: 'mount namespacefs: the namespaces as a file system',
    details: [
      'Shows the namespaces of this host as directories and read-only files that any program can read. TYPE/INODE has tasks and other files; pid and user namespaces are nested below their parent; initial/TYPE is the boot’s own; by-id, by-name, by-pid and by-workload have links. The log events ends after the last event; events.follow, which is not listed, waits for more. Files belong to the owner of the namespace.',
      'Root can mount anywhere, and all users see what owners and modes permit. Any other user can mount on their own directory, through fusermount3, and nobody else sees it. nscope first unmounts what a killed nscope has left on DIR.',
      'Runs until it is unmounted or interrupted. With --daemon it returns as soon as the file system is mounted, and umount (or fusermount3 -u) ends it.',
    ],
    arguments: [{ name: 'DIR', meaning: 'an empty directory' }],
    options: [{ flags: '--daemon', meaning: 'return once it is mounted, and serve in the background' }, noBpfOption],
    examples: [
      { command: 'nscope mount /run/namespaces', meaning: 'serve until interrupted' },
      { command: 'nscope mount --daemon /run/namespaces', meaning: 'serve in the background' },
    ],
  },
] as const satisfies readonly Verb[];
