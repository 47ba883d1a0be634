// An experiment of the lab, as a person reads it: the claim, the commands with what they wrote, and what follows.
import type {
  Check,
  ExperimentReport,
  ExperimentVerdict,
  ShownCommand,
} from '../../model/evidence/experiment-report.ts';
import { verdicts } from '../../model/evidence/experiment-report.ts';
import type { Palette } from '../words/colours.ts';
import { escapeText } from '../words/escape.ts';
import { wrapText } from '../words/wrap-text.ts';
import type { Page } from './show-page.ts';

interface LabPageOptions {
  /** Columns of the terminal; undefined for no limit. Commands and what they wrote are never cut. */
  readonly width: number | undefined;
  readonly palette: Palette;
  /** The prompt of the shell of whoever runs the lab: # for root. */
  readonly prompt: '#' | '$';
}

const indent = '  ';

export function* formatExperiment(report: ExperimentReport, options: LabPageOptions): Generator<string> {
  const { width, palette, prompt } = options;
  const room = width === undefined ? undefined : Math.max(24, width - indent.length);
  const text = function* (words: string) {
    for (const line of wrapText(escapeText(words), room)) yield indent + line;
  };
  yield palette.strong(`${report.name}: ${report.verdict}`);
  yield* text(report.claim);
  yield* text(`From: ${report.source}.`);
  yield '';
  for (let i = 0; i < report.commands.length; i++) yield* formatMoment(report.commands, i, prompt, palette);
  yield '';
  for (const check of report.checks) yield* text(formatCheck(check));
  if (report.reason !== undefined && report.verdict === 'not permitted here') yield* text(report.reason);
}

/** What stands on the terminal from one command to the next: also what others wrote meanwhile in the background. */
function* formatMoment(
  commands: readonly ShownCommand[],
  at: number,
  prompt: string,
  palette: Palette,
): Generator<string> {
  const typed = commands[at];
  if (!typed) return;
  const { command, background, status } = typed;
  yield `${indent}${palette.faint(prompt)} ${palette.strong(escapeText(command))}${background ? ' &' : ''}`;
  const pieces = commands.flatMap((one) => one.pieces.filter(({ during }) => during === at));
  const lines = pieces.flatMap(({ text }) => text.split('\n').filter((line) => line !== ''));
  // Tabs are kept where they stand, as the terminal of the command would show them.
  for (const line of lines) yield indent + line.split('\t').map(escapeText).join('        ');
  if (!background && status !== null && status !== 0) yield `${indent}${palette.faint(`(status ${status})`)}`;
}

function formatCheck({ what, expected, answered, holds }: Check): string {
  return holds ? `- ${what}: ${answered}` : `- ${what}: ${answered}; described is ${expected}`;
}

/** "30 experiments: 27 as described, 2 differ on this kernel, 1 not permitted here". */
export function summarize(reports: readonly ExperimentReport[]): string {
  const count = (verdict: ExperimentVerdict) => reports.filter((report) => report.verdict === verdict).length;
  const parts = verdicts.flatMap((verdict) =>
    count(verdict) > 0 ? [`${count(verdict)} ${words(verdict, count(verdict))}`] : [],
  );
  return `${reports.length} experiments: ${parts.join(', ')}`;
}

function words(verdict: ExperimentVerdict, count: number): string {
  return count === 1 ? verdict : verdict.replace('differs', 'differ');
}

/** What can be tried. */
export function describeExperiments(experiments: readonly { readonly name: string; readonly claim: string }[]): Page {
  return {
    title: 'Experiments: nscope lab NAME runs one, nscope lab all runs all',
    sections: [experiments.map(({ name, claim }) => ({ label: name, lines: [claim] }))],
  };
}
