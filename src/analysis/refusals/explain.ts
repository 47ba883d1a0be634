// From one refusal to the gates that explain it: the first that is closed, and no gate that was not established.
import type { RefusalEvidence } from '../../model/evidence/refusal-evidence.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { GateName, Ruling } from './gate.ts';
import { gates } from './gates.ts';

/** A gate and why it is thought to have refused. */
export interface GateFinding extends Omit<Ruling, 'closed'> {
  readonly gate: GateName;
  /** The function of the kernel that refuses. */
  readonly source: string;
  /** `certain`: it refused. `likely`: it may have, and so may others. `next`: it did not come to that, and would refuse too. */
  readonly certainty: 'certain' | 'likely' | 'next';
}

/**
 * Gates come in the order of the kernel. Where one is closed and none before it may be, it is the one that refused; closed
 * gates after it would refuse next. Where several may explain the errno, each is likely and none is certain.
 */
export function explainRefusal(evidence: RefusalEvidence): readonly GateFinding[] {
  const rulings = gates.flatMap(({ name, source, judge }) => {
    const ruling = judge(evidence);
    return ruling ? [{ gate: name, source, ruling }] : [];
  });
  const [first] = rulings;
  if (!first) return [explainNothing(evidence)];
  const isCertain = first.ruling.closed;
  const told = isCertain ? rulings.filter(({ ruling }) => ruling.closed) : rulings;
  return told.map(({ gate, source, ruling: { closed, ...ruling } }, place) => ({
    gate,
    source,
    certainty: !isCertain ? 'likely' : place === 0 ? 'certain' : 'next',
    ...ruling,
  }));
}

function explainNothing({ refused, caller, settings }: RefusalEvidence): GateFinding {
  const open = [
    ...(caller.seccomp === 0 ? [] : ['a seccomp filter that looks at all flags of the call']),
    ...(isKnown(settings.modules) ? [] : ['a security module: /sys/kernel/security/lsm cannot be read']),
    ...(refused.types.includes('user') ? ['a chroot whose root is itself a mount, as failfs is'] : []),
  ];
  return {
    gate: 'unknown',
    source: '',
    certainty: 'likely',
    evidence: open.map((text) => `not excluded: ${text}`),
    meaning: `no gate that nscope knows explains ${refused.errno}`,
    fix: { how: 'look into the kernel log for a security module, and at the arguments of the call', command: null },
  };
}
