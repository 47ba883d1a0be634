// Which namespaces can be made here, in which way, and why not in another.
import type { MakingTrial, RefusedCall } from '../../model/evidence/refusal-evidence.ts';
import { explainRefusal, type GateFinding } from './explain.ts';

/** A call that was refused, and the gates that explain it. */
export interface ExplainedRefusal {
  /** How it was tried; left out of a command's own calls. */
  readonly way?: MakingTrial['way'];
  readonly refused: RefusedCall;
  readonly findings: readonly GateFinding[];
}

/** What became of all trials of one thing. */
export interface MakingVerdict {
  readonly what: MakingTrial['what'];
  /** The way in which it was carried out, the direct one first; null where none was. */
  readonly way: MakingTrial['way'] | null;
  /** Also of ways that were refused where another one was not. */
  readonly refusals: readonly ExplainedRefusal[];
}

export function judgeMaking(trials: readonly MakingTrial[]): MakingVerdict[] {
  const things = [...new Set(trials.map(({ what }) => what))];
  return things.map((what) => {
    const own = trials.filter((trial) => trial.what === what);
    const made = own.find(({ refusal }) => refusal === null);
    const refusals = own.flatMap(({ way, refusal }) =>
      refusal ? [{ way, refused: refusal.refused, findings: explainRefusal(refusal) }] : [],
    );
    return {
      what,
      way: made?.way ?? null,
      refusals: refusals.filter((one, place) => place === 0 || isNews(one, refusals[0])),
    };
  });
}

/** A limit or a depth that refuses directly refuses below as well, and there is nothing more to say of it. */
function isNews({ refused }: ExplainedRefusal, first: ExplainedRefusal | undefined): boolean {
  return refused.errno !== 'ENOSPC' || first?.refused.errno !== 'ENOSPC';
}
