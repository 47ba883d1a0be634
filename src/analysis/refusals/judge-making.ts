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
    const isUserRefused = own.some(
      ({ way, refusal }) => way === 'in a user namespace' && refusal?.refused.types.includes('user'),
    );
    return {
      what,
      way: made?.way ?? null,
      refusals: refusals
        .filter((one, place) => place === 0 || isNews(one, refusals[0]))
        .map((one) => (isUserRefused ? withoutUserNamespace(one) : one)),
    };
  });
}

/** A new user namespace is no way out where that itself is refused. */
function withoutUserNamespace(refusal: ExplainedRefusal): ExplainedRefusal {
  const findings = refusal.findings.map((finding): GateFinding => {
    if (finding.gate !== 'capability' || !finding.fix.command?.startsWith('unshare --user')) return finding;
    const how = 'ask who has that capability: a new user namespace, which would give it, is refused as well';
    return { ...finding, fix: { how, command: null } };
  });
  return { ...refusal, findings };
}

/** A limit or a depth that refuses directly refuses below as well, and there is nothing more to say of it. */
function isNews({ refused }: ExplainedRefusal, first: ExplainedRefusal | undefined): boolean {
  return refused.errno !== 'ENOSPC' || first?.refused.errno !== 'ENOSPC';
}
