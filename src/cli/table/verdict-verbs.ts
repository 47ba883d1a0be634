// The verbs that say what is wrong.
import { severities } from '../../analysis/findings/finding.ts';
import { failureOfAnswer } from '../help/exit-statuses.ts';
import { fromOption, jsonOption, noBpfOption, quietOption, wideOption } from './reading-options.ts';
import { targetArgument } from './target-argument.ts';
import type { Verb } from './verb.ts';

/** What a whole snapshot is read with. */
const everyProgram = ['namespaces', 'tasks', 'files', 'queues', 'superblocks'] as const;

export const verdictVerbs = [
  {
    name: 'doctor',
    summary: 'say what is wrong here: leaks, stale files, broken isolation; with the fix',
    details: [
      'Runs rules over everything that snapshot reads. Each finding has a stable code, a severity, what was seen, what it means, and what fixes it; nscope never runs the fix. note is worth knowing, warning is wrong or will be, error fails now. docs/findings has a page for each code.',
      'A rule that could not be decided is named on standard error with the reason: silence of such a rule does not mean health.',
      'With a TARGET, only findings about that namespace, process or workload.',
    ],
    arguments: [{ ...targetArgument, optional: true }],
    options: [
      { flags: '--only CODE,...', meaning: 'only these rules' },
      { flags: '--ignore CODE,...', meaning: 'all rules but these' },
      {
        flags: '--fail-on SEVERITY',
        meaning: 'from which severity on the exit status is 1 (usually warning); never: always 0',
        choices: [...severities, 'never'],
      },
      { flags: '--rules', meaning: 'list the rules, and what each needs' },
      jsonOption,
      wideOption,
      quietOption,
      noBpfOption,
      fromOption,
    ],
    examples: [
      { command: 'nscope doctor', meaning: 'what is wrong on this host' },
      { command: 'nscope doctor docker:web', meaning: 'what is wrong with one container' },
      { command: 'nscope doctor --fail-on error --json', meaning: 'for a timer or a check' },
      { command: 'nscope doctor --from host.json', meaning: 'what was wrong when a snapshot was taken' },
    ],
    statuses: [
      ['0', 'nothing of that severity was found'],
      ['1', 'something was found'],
      failureOfAnswer,
      ['3', 'nothing was found, and a rule that could have found something was not decided'],
    ],
    reads: everyProgram,
  },
] as const satisfies readonly Verb[];
