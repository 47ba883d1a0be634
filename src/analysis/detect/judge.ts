// Whether it is a child namespace: what the methods say together.
import type { DetectEvidence } from '../../model/evidence/detect-evidence.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { type NamespaceType, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import type { Conclusion, DetectFinding, Weight } from './finding.ts';
import { methods } from './methods.ts';

/** The boot's own; not the boot's own; that of the host's init; or not to be told. */
export type Verdict = 'initial' | 'child' | "host's" | 'cannot tell';

/** A finding with the name of its method. */
export interface NamedDetectFinding extends DetectFinding {
  readonly method: string;
}

/** What is concluded of the namespace of one type, and from what. */
export interface Judgement {
  readonly type: NamespaceType;
  /** null where the link could not be read. */
  readonly inode: number | null;
  readonly verdict: Verdict;
  /** `certain` where a proof says so, `likely` where nothing better than a strong sign does; null for no verdict. */
  readonly certainty: 'certain' | 'likely' | null;
  /** The methods that the verdict rests on. */
  readonly by: readonly string[];
  /** Methods of the same weight that contradict each other, which leaves no verdict. */
  readonly contradiction: boolean;
  /** What each method says, the silent ones too. */
  readonly findings: readonly NamedDetectFinding[];
}

/**
 * Judges the namespaces of the types wanted. Proofs decide; where there is none, strong signs that agree do. Hints and
 * what was refuted decide nothing. What speaks of the initial namespace goes before what speaks of the host's.
 */
export function judgeEvidence(
  evidence: DetectEvidence,
  wanted: readonly NamespaceType[] = namespaceTypes,
): Judgement[] {
  const { namespace } = evidence.subject;
  return wanted
    .filter((type) => namespace === undefined || namespace === type)
    .map((type) => judgeType(evidence, type));
}

function judgeType(evidence: DetectEvidence, type: NamespaceType): Judgement {
  const findings = methods
    .filter((method) => method.types.includes(type))
    .map((method): NamedDetectFinding => ({ method: method.name, ...method.judge(evidence, type) }));
  const link = evidence.links[type];
  return { type, inode: isKnown(link) ? link.inode : null, ...decide(findings), findings };
}

const steps: readonly { readonly weight: Weight; readonly among: readonly Conclusion[] }[] = [
  { weight: 'proof', among: ['initial', 'child'] },
  { weight: 'proof', among: ["host's"] },
  { weight: 'strong', among: ['initial', 'child'] },
  { weight: 'strong', among: ["host's"] },
];

function decide(
  findings: readonly NamedDetectFinding[],
): Pick<Judgement, 'verdict' | 'certainty' | 'by' | 'contradiction'> {
  for (const { weight, among } of steps) {
    const speaking = findings.filter((finding) => finding.weight === weight && among.includes(finding.concludes));
    const [first] = speaking;
    if (!first) continue;
    const by = speaking.map(({ method }) => method);
    if (speaking.some(({ concludes }) => concludes !== first.concludes))
      return { verdict: 'cannot tell', certainty: null, by, contradiction: true };
    const verdict = first.concludes as Verdict;
    return { verdict, certainty: weight === 'proof' ? 'certain' : 'likely', by, contradiction: false };
  }
  return { verdict: 'cannot tell', certainty: null, by: [], contradiction: false };
}

/** In a child namespace of one of the types (true), of none (false), or not to be told (undefined). */
export function isInChild(judgements: readonly Judgement[]): boolean | undefined {
  if (judgements.some(({ verdict }) => verdict === 'child')) return true;
  return judgements.some(({ verdict }) => verdict === 'cannot tell') ? undefined : false;
}
