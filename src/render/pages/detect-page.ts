// The reasoning of nscope detect, as a person would tell it: for each type the verdict, then what each method read.
import type { Conclusion, Weight } from '../../analysis/detect/finding.ts';
import type { Judgement, NamedDetectFinding } from '../../analysis/detect/judge.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import { escapeText } from '../words/escape.ts';
import type { Page, PageItem } from './show-page.ts';

/** @param who - "nscope itself", "process 812", "net:[4026532992]" */
export function describeJudgement(judgement: Judgement, who: string): Page {
  const spoke = judgement.findings.filter(({ weight }) => weight !== 'silent');
  const silent = judgement.findings.filter(({ weight }) => weight === 'silent');
  return {
    title: formatTitle(judgement),
    sections: [
      [{ label: 'verdict', lines: [describeVerdict(judgement, who)] }],
      spoke.map(describeFinding),
      silent.map(({ method, why }): PageItem => ({ label: method, lines: [`silent: ${escapeText(why)}`] })),
    ],
  };
}

function formatTitle({ type, inode, verdict, certainty }: Judgement): string {
  const where = inode === null ? type : formatNamespace(type, inode);
  return certainty === null ? `${where}: ${verdict}` : `${where}: ${verdict}, ${certainty}`;
}

function describeVerdict({ type, verdict, certainty, contradiction }: Judgement, who: string): string {
  const surely = certainty === 'likely' ? 'is probably' : 'is';
  switch (verdict) {
    case 'initial':
      return `${who} ${surely} in the initial ${type} namespace`;
    case 'child':
      return `${who} ${surely} in a child ${type} namespace`;
    case "host's":
      return `${who} ${surely} in the ${type} namespace of the host’s init, which may itself be a child`;
    default:
      return contradiction ? 'the methods contradict each other' : 'no method that can be trusted spoke';
  }
}

const weights: Readonly<Record<Weight, string>> = {
  proof: 'a proof',
  strong: 'a strong sign',
  hint: 'a hint, which decides nothing',
  refuted: 'a claim that was shown wrong and decides nothing',
  none: 'no sign',
  silent: 'silent',
};

const conclusions: Readonly<Record<Conclusion, string>> = {
  initial: 'so it is the initial one',
  child: 'so it is a child',
  "host's": 'so it is the host’s',
  nothing: '',
};

function describeFinding({ method, read, concludes, weight, why }: NamedDetectFinding): PageItem {
  const conclusion = conclusions[concludes];
  const said = escapeText(read);
  const text =
    conclusion === '' ? `${said}: no sign, since ${why}` : `${said}, ${conclusion}: ${weights[weight]}, since ${why}`;
  return { label: method, lines: [text] };
}
