// Leaks as annotations of GitHub Actions: workflow commands, one a line.
import { type Left, nameOf } from '../../analysis/leaks/left.ts';
import { describeLeft, type LeakReport } from '../pages/describe-left.ts';
import { escapeText } from '../words/escape.ts';

/** @see https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands */
export function* formatAnnotations({ verdict, begunAt, users, remarks }: LeakReport): Generator<string> {
  const annotate = (level: 'error' | 'notice', left: Left, more: string): string => {
    const { title, facts } = describeLeft(left, begunAt, users);
    const text = [title, ...facts.map(([name, fact]) => `${name}: ${fact}`)].map(escapeText).join('\n');
    return `::${level} title=${escapeProperty(escapeText(`${nameOf(left)} ${more}`))}::${escapeMessage(text)}`;
  };
  for (const left of verdict.leaks) yield annotate('error', left, 'is left behind');
  for (const left of verdict.unknown) yield annotate('notice', left, 'came meanwhile, nobody knows from whom');
  for (const remark of remarks) yield `::notice title=nscope ci::${escapeMessage(escapeText(remark))}`;
}

/** A message ends at the end of the line. */
export function escapeMessage(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** The value of a property ends at a comma or colon as well. */
export function escapeProperty(text: string): string {
  return escapeMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
