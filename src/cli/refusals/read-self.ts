// nscope's own state, from which it tries things, and which its command has as well.
import { readCallerState } from '../../kernel/refusals/caller-state.ts';
import type { CallerState } from '../../model/evidence/refusal-evidence.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { formatUnknown } from '../../render/words/unknown.ts';
import { UsageError } from '../table/errors.ts';

/** @throws UsageError where /proc does not tell */
export function readSelf(): CallerState {
  const caller = readCallerState('self');
  if (isKnown(caller)) return caller;
  throw new UsageError(`/proc/self cannot be read, and nothing can be said without it: ${formatUnknown(caller)}`);
}
