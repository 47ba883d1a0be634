// What a command was refused, in the order of its calls; the same refusal of the same call is told once, with a count.
import type { ObservedRefusal, RefusedCall } from '../../model/evidence/refusal-evidence.ts';
import { explainRefusal } from './explain.ts';
import { isMaking } from './gate.ts';
import type { ExplainedRefusal } from './judge-making.ts';

/** A refused call of a command. */
export interface CommandRefusal extends ExplainedRefusal {
  readonly pid: number;
  readonly comm: string;
  /** How often the same was seen. */
  readonly count: number;
}

export function judgeCommand(observed: readonly ObservedRefusal[]): CommandRefusal[] {
  const found = new Map<string, CommandRefusal>();
  for (const { pid, comm, evidence } of observed) {
    const { refused } = evidence;
    const findings = explainRefusal(evidence);
    if (isOfArguments(refused) && findings.every(({ gate }) => gate === 'unknown')) continue;
    const key = JSON.stringify([comm, refused, findings.map(({ gate, certainty }) => [gate, certainty])]);
    const known = found.get(key);
    found.set(key, known ? { ...known, count: known.count + 1 } : { pid, comm, refused, findings, count: 1 });
  }
  return [...found.values()];
}

/** Mostly an argument is wrong, or a path leads through a directory that is closed: only what a gate explains is a refusal. */
function isOfArguments({ call, errno }: RefusedCall): boolean {
  return errno === 'EINVAL' || (errno === 'EACCES' && !isMaking(call) && call !== 'write' && call !== 'setns');
}
