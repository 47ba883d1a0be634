// Findings as lines: what is wrong, what was seen, what it means, what fixes it; and what was not decided.
import type { Finding, Severity } from '../../analysis/findings/finding.ts';
import type { Rule } from '../../analysis/findings/rule.ts';
import type { Undecided, Verdicts } from '../../analysis/findings/run-rules.ts';
import type { Palette } from '../words/colours.ts';
import { escapeText } from '../words/escape.ts';
import { wrapText } from '../words/wrap-text.ts';

interface FindingsOptions {
  readonly rules: readonly Pick<Rule<never>, 'code' | 'means'>[];
  /** Columns of the terminal; undefined for no limit. */
  readonly width: number | undefined;
  readonly palette: Palette;
}

const labels = ['seen', 'means', 'fix', 'run'] as const;
const labelWidth = Math.max(...labels.map((label) => label.length));

/** What one rule says of several things is explained once, below the last of them. */
export function* formatFindings(findings: readonly Finding[], options: FindingsOptions): Generator<string> {
  const meanings = new Map(options.rules.map(({ code, means }) => [code, means]));
  for (const [at, finding] of findings.entries()) {
    if (at > 0) yield '';
    yield* formatFinding(finding, meanings.get(finding.code), findings[at + 1]?.code !== finding.code, options);
  }
}

function* formatFinding(
  { severity, code, says, seen, fixes }: Finding,
  means: string | undefined,
  isLast: boolean,
  { width, palette }: FindingsOptions,
): Generator<string> {
  const paint = paintSeverity(severity, palette);
  const [first = '', ...rest] = wrapText(`${severity}: ${escapeText(says)} [${code}]`, width);
  yield `${paint(first.slice(0, severity.length))}${first.slice(severity.length)}`;
  for (const line of rest) yield `  ${line}`;
  const items: (readonly [(typeof labels)[number], string])[] = [
    ...seen.map((line) => ['seen', line] as const),
    ...(isLast && means !== undefined ? [['means', means] as const] : []),
    ...fixes.flatMap(({ text, command }) => [
      ['fix', text] as const,
      ...(command === undefined ? [] : [['run', command] as const]),
    ]),
  ];
  let before: string | undefined;
  for (const [label, text] of items) {
    // A command stays on one line: what was broken could not be pasted.
    const lines = label === 'run' ? [escapeText(text)] : wrapText(escapeText(text), width && width - labelWidth - 4);
    for (const line of lines) {
      const shown = label === before ? '' : label;
      yield `  ${palette.faint(shown.padEnd(labelWidth))}  ${line}`;
      before = label;
    }
  }
}

/** How many of each severity, and how many rules say so. */
export function summarizeFindings({ findings, undecided, decided }: Verdicts): string {
  const counts = (['error', 'warning', 'note'] as const).flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity}${count === 1 ? '' : 's'}`];
  });
  const rules = `${decided} ${decided === 1 ? 'rule' : 'rules'}`;
  const open = new Set(undecided.map(({ code }) => code)).size;
  const rest = open === 0 ? '' : `; ${open} not decided, or not whole`;
  return `${counts.length === 0 ? 'nothing found' : counts.join(', ')} (${rules}${rest})`;
}

/** Rules that were not decided, those together that lack the same; not escaped yet. */
export function describeUndecided(undecided: readonly Undecided[]): string[] {
  const byReason = new Map<string, string[]>();
  for (const { code, why } of undecided) byReason.set(why, [...(byReason.get(why) ?? []), code]);
  return Array.from(byReason, ([why, codes]) => `not decided: ${codes.join(', ')}: ${why}`);
}

function paintSeverity(severity: Severity, palette: Palette): (text: string) => string {
  return severity === 'note' ? palette.faint : palette.strong;
}
