// What one method says of one namespace.
import type { DetectEvidence } from '../../model/evidence/detect-evidence.ts';
import type { Unknown } from '../../model/snapshot/known.ts';
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';

/**
 * `initial`: the boot's own. `child`: not the boot's own. `host's`: the one that the init of the host is in, which may
 * itself be a child. `nothing`: what was read does not decide.
 */
export type Conclusion = 'initial' | 'child' | "host's" | 'nothing';

/**
 * How far a finding may be trusted on this kernel. `proof`: it cannot be otherwise. `strong`: it was so wherever it was
 * tried, but nothing promises it. `hint`: often so; decides nothing. `refuted`: a claim that was shown wrong; decides
 * nothing. `none`: it concludes nothing. `silent`: what it needs could not be read.
 */
export type Weight = 'proof' | 'strong' | 'hint' | 'refuted' | 'none' | 'silent';

/** What one method says of one namespace. */
export interface DetectFinding {
  /** What was read, as plain text that may hold bytes of processes. */
  readonly read: string;
  readonly concludes: Conclusion;
  readonly weight: Weight;
  /** One sentence: why it may be trusted so far, or why it is silent. */
  readonly why: string;
}

/** A way to tell whether a namespace is the boot's own. */
export interface Method {
  readonly name: string;
  /** What it looks at and what follows, in one sentence. */
  readonly idea: string;
  /** On which kernels it holds. */
  readonly kernels: string;
  readonly types: readonly NamespaceType[];
  judge(evidence: DetectEvidence, type: NamespaceType): DetectFinding;
}

export function conclude(concludes: Conclusion, weight: Weight, read: string, why: string): DetectFinding {
  return { read, concludes, weight, why };
}

/** What was read does not decide. */
export function nothing(read: string, why: string): DetectFinding {
  return { read, concludes: 'nothing', weight: 'none', why };
}

/** What the method needs could not be read. */
export function silent(why: string): DetectFinding {
  return { read: '', concludes: 'nothing', weight: 'silent', why };
}

/** @param what - as in "the links of PID 1": they are …, or cannot be read */
export function silentFor(what: string, { unknown, errno, detail }: Unknown): DetectFinding {
  const why: Readonly<Record<Unknown['unknown'], string>> = {
    denied: 'refused',
    gone: 'not there',
    unsupported: 'not to be had on this kernel',
    'not-asked': 'not asked for',
  };
  return silent(`${what}: ${detail ?? why[unknown]}${errno === undefined ? '' : ` (${errno})`}`);
}
