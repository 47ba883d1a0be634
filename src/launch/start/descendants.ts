// Starts a command of which all descendants stay below nscope: what loses its parent comes to nscope, also from a session
// of its own.
import { becomeSubreaper, watchSignals } from '../../kernel/own/child-events.ts';
import { Guard } from '../../kernel/own/guard.ts';
import { planProgram } from '../plan/program-steps.ts';
import { explainFailure } from './explain-failure.ts';
import { launch, StepError } from './launch.ts';
import { superviseAside } from './supervise.ts';
import type { Finished } from './supervise-guarded.ts';

/** A command that runs while nscope does other things. */
export interface CommandBelow {
  readonly pid: number;
  /** A child of nscope that is not the command's: it ends the command where nscope is killed. */
  readonly guard: number;
  readonly ended: Promise<Finished>;
  /** Waits for no child any more. What is left of the command goes to the next reaper when nscope ends. */
  stop(): void;
}

/**
 * @param words - the program and its arguments
 * @param inherited - descriptors above 2 that it gets
 * @param late - is told that a signal came after the command had ended
 * @throws CommandError where it cannot be started; no process is left then
 * @see PR_SET_CHILD_SUBREAPER(2const)
 */
export function startBelow(words: readonly string[], inherited: readonly number[], late: () => void): CommandBelow {
  becomeSubreaper();
  let guard: Guard | undefined;
  const prepare = (pid: number): void => {
    watchSignals();
    guard = new Guard(pid);
  };
  try {
    const pid = launch({ steps: [['sync'], ...planProgram(words, inherited)], atSync: [prepare] });
    const { ended, stop } = superviseAside({ pid, isInit: false, hasInit: false }, late);
    const dismiss = () => guard?.dismiss();
    return { pid, guard: guard?.pid ?? 0, ended: ended.finally(dismiss), stop };
  } catch (error) {
    guard?.dismiss();
    throw error instanceof StepError ? explainFailure(error.failure, { command: words[0] ?? '' }, error) : error;
  }
}
