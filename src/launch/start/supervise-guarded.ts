// Waits for a command that a guard stands beside, and gives the end as exit statuses have it.
import { constants } from 'node:os';
import { endBySignal, endProcess } from '../../kernel/own/child-events.ts';
import type { Guard } from '../../kernel/own/guard.ts';
import type { ChildEnd } from '../../kernel/own/spawn.ts';
import { type Command, supervise } from './supervise.ts';

/** How a command ended. */
export type Finished = ChildEnd;

export function superviseGuarded(command: Command, guard: Guard | undefined): Finished {
  try {
    return supervise(command);
  } finally {
    guard?.dismiss();
  }
}

/**
 * Ends nscope as its command ended: with its status, or with 128 and the number of the signal that killed it. For SIGINT
 * nscope dies by that signal, which is 130 as well, since only so a shell ends its loop at Ctrl-C.
 */
export function endAs(finished: Finished): never {
  if ('status' in finished) return endProcess(finished.status);
  return finished.signal === constants.signals.SIGINT
    ? endBySignal(finished.signal)
    : endProcess(128 + finished.signal);
}
