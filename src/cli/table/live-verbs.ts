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
} from './reading-options.ts';
import { sourceOption } from './source-option.ts';
import type { ColumnMeaning, Verb } from './verb.ts';

async function loadEventColumns(): Promise<readonly ColumnMeaning[]> {
  return (await import('../../render/columns/event-columns.ts')).eventColumns;
}

export const liveVerbs = [
  {
    name: 'watch',
    summary: 'print what happens to namespaces, a line an event, as it happens',
    details: [
      'Prints each namespace that is created, entered (clone, unshare, setns), left or destroyed, or that gets or loses a name; with who did it and when. Ends when it is interrupted, when its reader leaves, or by --count or --for.',
      'Events come by BPF from the kernel (bpf-hooks, bpf), else from its process connector (process-events), else by comparing snapshots (comparison): the best that kernel and user permit, or the one that --source names. Which it is, and in a few words what it cannot see, is said on standard error; the first object of --json has all of it, and why better ones were refused.',
      'Where events were lost an event says so, and what they had told is found by comparison.',
      'A filter names the columns, each of which is null where an event has none: event == "created" && type == "user" && user != "root".',
      '--exec starts COMMAND for each event instead of printing it, without a shell: the event is the line of JSON on its standard input that --json prints, and NSCOPE_EVENT, NSCOPE_NAMESPACE, NSCOPE_TYPE, NSCOPE_INODE, NSCOPE_PID and NSCOPE_UID are in its environment. Options of watch stand before it. Its output is nscope’s. A command that fails or takes too long is said on standard error; while all run, 4096 events wait, and what comes then is dropped, counted and said.',
      'A second instance of a number is another namespace: the 64-bit id tells them apart.',
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
        meaning: 'also what else begins or ceases to hold one: descriptors, sockets, bind mounts and so on',
      },
      { flags: '--processes', meaning: 'also every process that begins, moves or ends' },
      { flags: '-c, --count N', meaning: 'end after N events' },
      { flags: '--for SECONDS', meaning: 'end after so long' },
      { flags: '--exec', meaning: 'start COMMAND for each event, and print none' },
      {
        flags: '--jobs N',
        meaning: 'with --exec: so many commands at once; 4 where it is left out, 1 keeps the order',
      },
      { flags: '--timeout SECONDS', meaning: 'with --exec: end a command after so long; 60 where it is left out' },
      sourceOption,
      { flags: '--interval SECONDS', meaning: 'between two snapshots, where they are compared' },
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
      { command: 'nscope watch --json --stats', meaning: 'counts each second, for a program' },
    ],
    takesCommand: true,
    columns: loadEventColumns,
  },
  {
    name: 'top',
    summary: 'show namespaces and workloads live, on the whole screen',
    details: [
      'Shows all namespaces, and with Tab the workloads, as they are now: how many processes are in each, how many namespaces those processes make each second, what else holds it, who leads it. Below, how many there are of each type. Events bring it up to date as in watch; the source is named at the upper right.',
      'Enter opens details of the chosen line, and Esc goes back. s sorts by the next column, r reverses the order, t shows one type only, / only lines with a text; ? lists all keys, and q quits.',
      'Reads keys from a terminal and needs 40 columns and 8 lines.',
    ],
    arguments: [],
    options: [
      typeOption,
      {
        flags: '--sort NAME',
        meaning: 'by which column the namespaces are ordered first',
        choices: ['type', 'inode', 'procs', 'new', 'held', 'user', 'pid', 'what'],
      },
      { flags: '-d, --delay SECONDS', meaning: 'between two looks; 1 where it is left out' },
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
      'Shows the namespaces of this host as directories and files that anything can read: TYPE/INODE/tasks and so on, pid and user namespaces nested below their parent, the boot’s own in initial/TYPE, links in by-id, by-name, by-pid and by-workload, and events, a log that ends after the last one, with events.follow, which is not listed and waits for more. Read-only. Files belong to the owner of the namespace.',
      'Root mounts anywhere, and all users see it as far as owners and modes let them. Any other user mounts at a directory of their own through fusermount3, and nobody else sees it. What a killed nscope has left mounted at DIR is cleared away first.',
      'Stays until it is unmounted or interrupted; with --daemon it returns as soon as it is mounted, and umount (or fusermount3 -u) ends it.',
    ],
    arguments: [{ name: 'DIR', meaning: 'an empty directory' }],
    options: [{ flags: '--daemon', meaning: 'return when it is mounted, and serve in the background' }, noBpfOption],
    examples: [
      { command: 'nscope mount /run/namespaces', meaning: 'serve until interrupted' },
      { command: 'nscope mount --daemon /run/namespaces', meaning: 'serve in the background' },
    ],
  },
] as const satisfies readonly Verb[];
