// nscope doctor: what is wrong here, and what to do.
import { chooseFindings } from '../../analysis/findings/choose-findings.ts';
import type { Rule } from '../../analysis/findings/rule.ts';
import { runRules, type Verdicts } from '../../analysis/findings/run-rules.ts';
import { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { rules as allRules } from '../../analysis/rules/index.ts';
import type { Snapshot } from '../../model/snapshot/schema.ts';
import {
  type ConditionName,
  conditionsOnDemand,
  verdictConditions,
  wantEverything,
} from '../../model/snapshot/wanted.ts';
import { formatJsonObject } from '../../render/lines/json-lines.ts';
import { describeUndecided, formatFindings, summarizeFindings } from '../../render/pages/findings-page.ts';
import { wrapText } from '../../render/words/wrap-text.ts';
import { readExtra } from '../reading/read-extra.ts';
import { readSnapshot } from '../reading/read-snapshot.ts';
import { readingVerb } from '../reading/reading-verb.ts';
import { checkTargets, findTarget } from '../reading/target.ts';
import { noteCoverage } from '../screen/note-coverage.ts';
import { choosePalette, readTerminalWidth, writeLines, writeRemark } from '../screen/output.ts';
import type { OptionValues } from '../table/option-values.ts';
import type { GivenCommand } from '../table/verb-module.ts';
import { chooseRules, leaveOutUnread, listOnDemand } from '../verdicts/choose-rules.ts';
import { concludeStatus, readThreshold, type Threshold } from '../verdicts/fail-threshold.ts';

export const run = readingVerb({ parse, answer, report });

interface Request {
  readonly word: string | undefined;
  readonly rules: readonly Rule<never>[];
  /** What is large and to be read. */
  readonly extra: readonly ConditionName[];
  readonly threshold: Threshold;
  readonly options: OptionValues;
}

interface Answer {
  readonly snapshot: Snapshot | undefined;
  readonly verdicts: Verdicts;
  /** Those that were not asked for, since they need what is large. */
  readonly leftOut: readonly Rule<never>[];
}

function parse(words: readonly string[], options: OptionValues): Request {
  checkTargets(words);
  const rules = chooseRules(allRules, options);
  const extra = [...new Set([...readExtra(options), ...(options.only === undefined ? [] : listOnDemand(rules))])];
  return { word: words[0], rules, extra, threshold: readThreshold(options.failOn), options };
}

async function answer({ word, rules, extra, options }: Request, given: GivenCommand): Promise<Answer> {
  if (options.rules) return { snapshot: undefined, verdicts: { findings: [], undecided: [], decided: 0 }, leftOut: [] };
  const wanted = { ...wantEverything, conditions: [...verdictConditions, ...extra] };
  const snapshot = await readSnapshot(options, wanted, given);
  const index = new SnapshotIndex(snapshot);
  const target = word === undefined ? undefined : findTarget(word, index, options);
  const there = conditionsOnDemand.filter((name) => snapshot.conditions?.[name] !== undefined);
  const run = leaveOutUnread(rules, [...there, ...extra]);
  const leftOut = rules.filter((rule) => !run.includes(rule));
  const verdicts = runRules(snapshot, run, index);
  const findings = target ? chooseFindings(verdicts.findings, target, index) : verdicts.findings;
  return { snapshot, verdicts: { ...verdicts, findings }, leftOut };
}

function report({ snapshot, verdicts, leftOut }: Answer, { rules, threshold, options }: Request): number {
  const width = options.wide ? undefined : readTerminalWidth();
  if (!snapshot) {
    listRules(rules, options, width);
    return 0;
  }
  const { findings, undecided } = verdicts;
  if (options.json)
    writeLines(
      formatJsonObject({ findings, undecided, notAsked: leftOut.map(({ code }) => code), coverage: snapshot.coverage }),
    );
  else {
    writeLines(formatFindings(findings, { rules, width, palette: choosePalette() }));
    if (findings.length > 0) writeLines(['']);
    writeLines(wrapText(`${summarizeFindings(verdicts)}${describeLeftOut(leftOut)}`, width));
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

/** "; 3 more rules with --with mounts,networks". */
function describeLeftOut(rules: readonly Rule<never>[]): string {
  if (rules.length === 0) return '';
  return `; ${rules.length} more ${rules.length === 1 ? 'rule' : 'rules'} with --with ${listOnDemand(rules).join(',')}`;
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
