// The verb that compares how many namespaces there are with how many there may be.
import { failureOfAnswer } from '../help/exit-statuses.ts';
import { rowOptions, typeOption } from '../options/reading-options.ts';
import type { ColumnMeaning, Verb } from '../options/verb.ts';

async function loadAccountColumns(): Promise<readonly ColumnMeaning[]> {
  return (await import('../../render/columns/account-columns.ts')).accountColumns;
}

export const quotaVerb = {
  name: 'quota',
  summary: 'compare how many namespaces each user has with the limits',
  details: [
    'The kernel counts namespaces for each user in each user namespace, against user.max_net_namespaces and its like there. A namespace is counted where it was made and in every user namespace above: there for the creator of the one below. Lists these counts, those closest to their limit first. They are read from the kernel by BPF; UNATTRIBUTED is what nscope cannot find of them.',
    'Without BPF the namespaces that nscope sees are counted, so there may be more, and only the limits of nscope’s own user namespace are known. Who made a namespace is then known of user namespaces and of what is below them; the others are listed for user ?.',
    'With a TARGET, shows what an unshare of that process would hit: for each type the counts and limits on all levels, from its user namespace up to the initial one, and which is reached first. A user namespace stands for its leader, else for its creator; --user names another.',
  ],
  arguments: [
    {
      name: 'TARGET',
      meaning:
        'a process, a workload or a user namespace: 812, docker:web, user:812; nscope help target lists every form',
      optional: true,
    },
  ],
  options: [
    typeOption,
    { flags: '--user USER', meaning: 'only this user, by name or uid; with a TARGET who would make the namespace' },
    ...rowOptions,
  ],
  examples: [
    { command: 'nscope quota', meaning: 'who is closest to a limit' },
    { command: 'nscope quota --type net,user --user alice', meaning: 'what one user has of two types' },
    { command: 'nscope quota 812', meaning: 'what a failing unshare of process 812 hits' },
    { command: `nscope quota --filter 'unattributed > 0'`, meaning: 'what the kernel counts and nscope does not find' },
  ],
  statuses: [
    ['0', 'rows are shown; with a TARGET: no limit on the way is reached'],
    ['1', 'no row was chosen; with a TARGET: a limit is reached, and such a namespace cannot be made'],
    failureOfAnswer,
    ['3', 'with a TARGET: cannot be told: some of the limits or counts are not known, and those known are not reached'],
  ],
  columns: loadAccountColumns,
  reads: ['namespaces', 'tasks', 'ucounts', 'charges'],
} as const satisfies Verb;
