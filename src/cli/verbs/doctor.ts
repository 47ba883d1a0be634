// nscope doctor: what is wrong here, and what to do.
import { chooseFindings } from '../../analysis/findings/choose-findings.ts';
import type { Rule } from '../../analysis/findings/rule.ts';
import { runRules, type Verdicts } from '../../analysis/findings/run-rules.ts';
import { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { rules as allRules } from '../../analysis/rules/index.ts';
import type { Snapshot } from '../../model/snapshot/schema.ts';
import { wantEverything } from '../../model/snapshot/wanted.ts';
import { formatJsonObject } from '../../render/lines/json-lines.ts';
import { describeUndecided, formatFindings, summarizeFindings } from '../../render/pages/findings-page.ts';
import { wrapText } from '../../render/words/wrap-text.ts';
import { readSnapshot } from '../reading/read-snapshot.ts';
import { readingVerb } from '../reading/reading-verb.ts';
import { checkTargets, findTarget } from '../reading/target.ts';
import { noteCoverage } from '../screen/note-coverage.ts';
import { choosePalette, readTerminalWidth, writeLines, writeRemark } from '../screen/output.ts';
import type { OptionValues } from '../table/option-values.ts';
import type { GivenCommand } from '../table/verb-module.ts';
import { chooseRules } from '../verdicts/choose-rules.ts';
import { concludeStatus, readThreshold, type Threshold } from '../verdicts/fail-threshold.ts';

export const run = readingVerb({ parse, answer, report });

interface Request {
  readonly word: string | undefined;
  readonly rules: readonly Rule<never>[];
  readonly threshold: Threshold;
  readonly options: OptionValues;
}

interface Answer {
  readonly snapshot: Snapshot | undefined;
  readonly verdicts: Verdicts;
}

function parse(words: readonly string[], options: OptionValues): Request {
  checkTargets(words);
  return { word: words[0], rules: chooseRules(allRules, options), threshold: readThreshold(options.failOn), options };
}

async function answer({ word, rules, options }: Request, given: GivenCommand): Promise<Answer> {
  if (options.rules) return { snapshot: undefined, verdicts: { findings: [], undecided: [], decided: 0 } };
  const snapshot = await readSnapshot(options, wantEverything, given);
  const index = new SnapshotIndex(snapshot);
  const target = word === undefined ? undefined : findTarget(word, index, options);
  const verdicts = runRules(snapshot, rules, index);
  if (!target) return { snapshot, verdicts };
  return { snapshot, verdicts: { ...verdicts, findings: chooseFindings(verdicts.findings, target, index) } };
}

function report({ snapshot, verdicts }: Answer, { rules, threshold, options }: Request): number {
  const width = options.wide ? undefined : readTerminalWidth();
  if (!snapshot) {
    listRules(rules, options, width);
    return 0;
  }
  const { findings, undecided } = verdicts;
  if (options.json) writeLines(formatJsonObject({ findings, undecided, coverage: snapshot.coverage }));
  else {
    writeLines(formatFindings(findings, { rules, width, palette: choosePalette() }));
    if (findings.length > 0) writeLines(['']);
    writeLines(wrapText(summarizeFindings(verdicts), width));
    for (const line of describeUndecided(undecided)) writeRemark(line, options);
    noteCoverage(snapshot.coverage, options);
  }
  const open = new Set(undecided.map(({ code }) => code));
  return concludeStatus(
    findings,
    rules.filter(({ code }) => open.has(code)),
    threshold,
  );
}

function listRules(rules: readonly Rule<never>[], options: OptionValues, width: number | undefined): void {
  if (options.json) {
    const listed = rules.map(({ code, severity, title, means, needs }) => ({ code, severity, title, means, needs }));
    writeLines(formatJsonObject({ rules: listed }));
    return;
  }
  for (const { code, severity, title } of rules)
    writeLines(wrapText(`${code} (${severity}): ${title}`, width).map((line, i) => (i === 0 ? line : `  ${line}`)));
}
