// The end of a verb that started a command: its exit status, or why there was none.
import { CommandError } from '../../launch/plan/launch-error.ts';
import { endAs, type Finished } from '../../launch/start/supervise-guarded.ts';
import { escapeText } from '../../render/words/escape.ts';
import { writeNote } from '../screen/output.ts';

/** Runs `start` and ends nscope as the command ended. @returns 126 or 127 where it could not be started */
export function finishAs(start: () => Finished): number {
  try {
    endAs(start());
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    writeNote(`nscope: ${escapeText(error.message)}`);
    return error.status;
  }
}
