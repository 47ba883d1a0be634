// Being an init, where nscope itself was started as one.
import { becomeInit, becomeSubreaper, watchSignals } from '../../kernel/own/child-events.ts';
import { planProgram } from '../plan/program-steps.ts';
import { explainFailure } from './explain-failure.ts';
import { launch, StepError } from './launch.ts';

/**
 * Starts a command and is its init until it has ended; does not return.
 * @param inherited - descriptors above 2 that it gets
 * @param started - is told its PID
 * @throws CommandError where it cannot be started
 */
export function beInitOf(
  words: readonly string[],
  inherited: readonly number[],
  verbose: boolean,
  started: (pid: number) => void,
): never {
  becomeSubreaper();
  // Before the command is there: what comes between its start and the first look is passed on as well.
  watchSignals();
  let pid: number;
  try {
    pid = launch({ steps: planProgram(words, inherited), atSync: [] });
  } catch (error) {
    throw error instanceof StepError ? explainFailure(error.failure, { command: words[0] ?? '' }, error) : error;
  }
  started(pid);
  return becomeInit(pid, verbose);
}
