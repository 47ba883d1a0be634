// nscope why -- COMMAND: runs it under observation, and says which of its calls were refused by which gate.
import { judgeCommand } from '../../analysis/refusals/judge-command.ts';
import { listInheritedDescriptors } from '../../kernel/own/inherited-descriptors.ts';
import type { ChildEnd, StepFailure } from '../../kernel/own/spawn.ts';
import { probeFilters } from '../../kernel/refusals/filter-probes.ts';
import { observeCommand } from '../../kernel/refusals/observe.ts';
import { readRefusalSettings } from '../../kernel/refusals/settings.ts';
import { CommandError, LaunchError } from '../../launch/plan/launch-error.ts';
import { planProgram } from '../../launch/plan/program-steps.ts';
import { explainFailure } from '../../launch/start/explain-failure.ts';
import type { RefusalSettings } from '../../model/evidence/refusal-evidence.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import { describeCommand } from '../../render/pages/why-page.ts';
import { escapeText } from '../../render/words/escape.ts';
import { writeNote } from '../screen/output.ts';
import type { OptionValues } from '../table/option-values.ts';
import { readSelf } from './read-self.ts';
import { writeAnswer } from './write-answer.ts';

/**
 * @returns the exit status
 * @throws LaunchError where the command cannot be observed
 */
export function whyCommand(words: readonly string[], options: OptionValues): number {
  const caller = readSelf();
  const settings = readRefusalSettings();
  const probes = probeFilters(caller, namespaceTypes);
  const filters = isKnown(caller.seccompFilters) ? { filters: caller.seccompFilters } : {};
  const steps = planProgram(words, listInheritedDescriptors());
  // The terminal's signals are the command's; nscope stays to say what was seen.
  const wait = () => undefined;
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.on(signal, wait);
  const from = { settings, trials: { probes, ...filters }, effective: caller.effective };
  const { refusals: observed, end, failure } = observeCommand(steps, from);
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.off(signal, wait);
  if (failure?.step[0] === 'trace') throw new LaunchError(explainTrace(failure.errno, settings));
  if (failure) return explainStart(failure, words[0] ?? '');
  const refusals = judgeCommand(observed);
  const notes = note(settings, end, refusals.length);
  writeAnswer(
    { command: { words, end: end ?? null }, refusals, notes, caller, settings },
    () => describeCommand({ words, end, refusals, notes, caller }),
    options,
  );
  // What nscope itself takes away is not refused to the command.
  return refusals.some(({ findings }) => findings.some(({ gate }) => gate !== 'observer')) ? 1 : 0;
}

/** Status 1 is an answer here, so that a command that cannot be started is always status 2. */
function explainStart(failure: StepFailure, command: string): number {
  const error = explainFailure(failure, { command });
  if (!(error instanceof CommandError)) throw error;
  writeNote(`nscope: ${escapeText(error.message)}`);
  return 2;
}

function explainTrace(errno: string, { ptraceScope }: RefusalSettings): string {
  const scope = isKnown(ptraceScope) && ptraceScope > 1 ? `; kernel.yama.ptrace_scope is ${ptraceScope}` : '';
  return `the command cannot be observed: ptrace(2) answered ${errno}${scope}`;
}

function note({ apparmorRestrict }: RefusalSettings, end: ChildEnd | undefined, refused: number): string[] {
  const failed = end !== undefined && !('status' in end && end.status === 0);
  if (refused > 0 && end !== undefined && !failed)
    return ['the command ended with status 0: it found another way, or did without what was refused'];
  if (refused > 0 || !failed) return [];
  const netlink =
    apparmorRestrict === 1
      ? 'kernel.apparmor_restrict_unprivileged_userns is 1: AppArmor may have taken the capabilities away in a new user namespace, which bwrap hears of by netlink alone (RTM_NEWADDR)'
      : 'answers of netlink and of other processes are not seen';
  return [`no call about namespaces was refused, and the command failed all the same: ${netlink}`];
}
