// The row of ci, for the table of verbs.
import { commandStatuses } from '../help/exit-statuses.ts';
import { jsonOption, noBpfOption, quietOption } from '../options/reading-options.ts';
import type { Verb } from '../options/verb.ts';
import { sourceOption } from './source-option.ts';

export const ciVerb = {
  name: 'ci',
  summary: 'run a command and report what it left behind: a gate for test suites',
  details: [
    'Runs COMMAND, follows what it does, and reports what is there after it that was not there before: processes, namespaces, bind mounts that keep a namespace, mounts where nscope is, and files in /run/netns that lead to no namespace. Each comes with who made it, by which command line, when, what holds it, and the command that releases it. nscope never runs these commands.',
    'What was there before does not count, and what others make meanwhile is told apart: nscope follows the descendants of COMMAND. A process that leaves its session and its parent stays one of them, since nscope is its new parent. Events of the kernel tell who made a namespace or a mount; with --source they come by the way that is named. Without events, and for things that nobody holds, it may not be known who made a thing: it is a note then, and a leak with --strict.',
    'What ends within the time of --settle is no leak. --ignore leaves out what has a name, path, type or command line that matches PATTERN, and whatever only an ignored process holds; * stands for any text, ? for one character.',
    'COMMAND has standard output for itself. The report goes to standard error; with --json to standard output, after all that COMMAND wrote. --github prints annotations for GitHub Actions on standard error instead.',
    '--begin FILE saves the state of this host, and --end FILE reports what came since, for a suite that is no single command. No events are followed between the two: of the suite is what descends from the nearest process from which both calls come, or is in its control group.',
    'The exit status is that of COMMAND; where that is 0, a leak makes it 1.',
  ],
  arguments: [
    {
      name: 'COMMAND',
      meaning:
        'the command and its arguments; from its first word on all words are its own, and -- may stand before it',
      optional: true,
      repeated: true,
    },
  ],
  options: [
    { flags: '--begin FILE', meaning: 'save the state of this host in FILE and end', completes: 'file' },
    { flags: '--end FILE', meaning: 'report what came since --begin FILE', completes: 'file' },
    { flags: '--settle SECONDS', meaning: 'wait up to this time for things to end (2)' },
    { flags: '--ignore PATTERN', meaning: 'leave out what matches; may be given several times', repeated: true },
    { flags: '--strict', meaning: 'count also what others made meanwhile, and what nobody is known to have made' },
    { flags: '--junit FILE', meaning: 'also write the report as JUnit XML', completes: 'file' },
    { flags: '--report FILE', meaning: 'also write the report as JSON', completes: 'file' },
    { flags: '--github', meaning: 'report as annotations of GitHub Actions' },
    { ...jsonOption, meaning: 'report as one JSON object on standard output' },
    sourceOption,
    quietOption,
    noBpfOption,
  ],
  examples: [
    { command: 'nscope ci -- make test', meaning: 'run a suite, and fail where it leaves something' },
    { command: 'nscope ci --junit leaks.xml --settle 10 -- make test', meaning: 'also for the page of a CI system' },
    { command: `nscope ci --ignore 'ccache *' --ignore uts -- make`, meaning: 'some things may stay' },
    { command: 'nscope ci --begin before.json', meaning: 'before a suite of several commands' },
    { command: 'nscope ci --end before.json --strict', meaning: 'after it, where nothing else runs' },
  ],
  takesCommand: true,
  statuses: [
    ['0', 'the command succeeded, and nothing is left behind'],
    ['1', 'the command succeeded, or there was none, and something is left behind'],
    ...commandStatuses,
  ],
} as const satisfies Verb;
