// How often was each method, and each verdict, right? Over observations of which the truth is known from outside.
import type { Conclusion } from '../../../src/analysis/detect/finding.ts';
import { type Judgement, judgeEvidence } from '../../../src/analysis/detect/judge.ts';
import { methods } from '../../../src/analysis/detect/methods.ts';
import type { DetectEvidence } from '../../../src/model/evidence/detect-evidence.ts';
import { type NamespaceType, namespaceTypes } from '../../../src/model/snapshot/namespace-types.ts';

export interface KnownObservation {
  readonly setting: string;
  readonly truth: Readonly<Partial<Record<NamespaceType, 'initial' | 'child'>>>;
  readonly evidence: DetectEvidence;
}

/** What a method concluded, over all observations and types. */
export interface Score {
  right: number;
  wrong: number;
  /** It read something that decides nothing. */
  open: number;
  silent: number;
}

/** On all the hosts that were observed the init is where the boot left it, so that the host's is the initial one. */
export function isRight(concludes: Conclusion, truth: 'initial' | 'child' | undefined): boolean {
  return (concludes === "host's" ? 'initial' : concludes) === truth;
}

export function scoreMethods(observations: readonly KnownObservation[]): ReadonlyMap<string, Score> {
  const scores = new Map(
    methods.map(({ name }): [string, Score] => [name, { right: 0, wrong: 0, open: 0, silent: 0 }]),
  );
  for (const { truth, evidence } of observations)
    for (const { type, findings } of judgeEvidence(evidence))
      for (const { method, concludes, weight } of findings) {
        const score = scores.get(method) as Score;
        if (weight === 'silent') score.silent++;
        else if (concludes === 'nothing') score.open++;
        else if (isRight(concludes, truth[type])) score.right++;
        else score.wrong++;
      }
  return scores;
}

/** A table of Markdown: a row for each method, a column for each group of observations, "right of spoken" in each cell. */
export function formatScores(groups: ReadonlyMap<string, readonly KnownObservation[]>): string[] {
  const columns = [...groups].map(([name, observations]) => ({ name, scores: scoreMethods(observations) }));
  const rows = methods.map(({ name }) => [
    name,
    ...columns.map(({ scores }) => {
      const { right = 0, wrong = 0 } = scores.get(name) ?? {};
      return right + wrong === 0 ? '' : `${right} of ${right + wrong}`;
    }),
  ]);
  return formatMarkdown(['method', ...columns.map(({ name }) => name)], rows);
}

const shown: Readonly<Record<string, string>> = { initial: 'initial', child: 'child', "host's": 'host’s' };

/** A table of Markdown: a row for each setting, a column for each type, with the verdict; ~ where it is only likely. */
export function formatVerdicts(observations: readonly KnownObservation[]): string[] {
  const rows = observations.map(({ setting, evidence }) => {
    const judgements = judgeEvidence(evidence);
    return [setting, ...namespaceTypes.map((type) => formatVerdict(judgements.find((one) => one.type === type)))];
  });
  return formatMarkdown(['setting', ...namespaceTypes], rows);
}

function formatVerdict(judgement: Judgement | undefined): string {
  const word = shown[judgement?.verdict ?? ''];
  return word === undefined ? '?' : judgement?.certainty === 'likely' ? `~${word}` : word;
}

function formatMarkdown(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}
