// nscope audit: which workloads share what with the host or with each other, and what a policy says of it.
import { writeFileSync } from 'node:fs';
import { matrixTypes } from '../../analysis/audit/audit-fields.ts';
import { auditWorkloads, type WorkloadAudit } from '../../analysis/audit/audit-workloads.ts';
import { applyPolicy, type CompiledRule } from '../../analysis/audit/policy.ts';
import type { Verdicts } from '../../analysis/findings/run-rules.ts';
import { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { nameWorkload } from '../../analysis/listing/workloads.ts';
import { isSyscallError } from '../../kernel/addon/syscall-error.ts';
import { toPath } from '../../kernel/files/files.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { Snapshot, Workload } from '../../model/snapshot/schema.ts';
import { wantEverything } from '../../model/snapshot/wanted.ts';
import { auditColumns } from '../../render/columns/audit-columns.ts';
import { formatJsonObject } from '../../render/lines/json-lines.ts';
import { toSarif } from '../../render/lines/sarif.ts';
import { formatTable } from '../../render/lines/table.ts';
import { describeAuditPage, formatByRule } from '../../render/pages/audit-page.ts';
import { describeUndecided, formatFindings, summarizeFindings } from '../../render/pages/findings-page.ts';
import { formatPage } from '../../render/pages/show-page.ts';
import { formatJson } from '../../render/words/escape.ts';
import { wrapText } from '../../render/words/wrap-text.ts';
import { type RowChoice, readRowChoice, sortRows, toJsonRow } from '../reading/choose-columns.ts';
import { readSnapshot } from '../reading/read-snapshot.ts';
import { readingVerb } from '../reading/reading-verb.ts';
import { checkTargets, findTarget } from '../reading/target.ts';
import { noteCoverage } from '../screen/note-coverage.ts';
import { choosePalette, readTerminalWidth, writeLines, writeRemark } from '../screen/output.ts';
import { UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';
import type { GivenCommand } from '../table/verb-module.ts';
import { chooseRules } from '../verdicts/choose-rules.ts';
import { concludeStatus, readThreshold, type Threshold } from '../verdicts/fail-threshold.ts';
import { loadPolicy } from '../verdicts/load-policy.ts';

const usualColumns = [
  ...['workload', 'netns', 'pidns', 'ipcns', 'utsns', 'mntns', 'userns', 'cgroupns', 'timens'],
  ...['capabilities', 'seccomp', 'noNewPrivs', 'proc', 'sys'],
];

export const run = readingVerb({ parse, answer, report });

type Rule = CompiledRule & { readonly code: string };

interface Request extends RowChoice<WorkloadAudit> {
  readonly word: string | undefined;
  readonly rules: readonly Rule[];
  readonly threshold: Threshold;
  readonly options: OptionValues;
}

interface Answer {
  /** undefined where only the rules are listed. */
  readonly snapshot: Snapshot | undefined;
  readonly rows: readonly WorkloadAudit[];
  readonly verdicts: Verdicts;
}

async function parse(words: readonly string[], options: OptionValues): Promise<Request> {
  checkTargets(words);
  const policy = loadPolicy(options.policy).map((rule): Rule => ({ ...rule, code: rule.name }));
  const rules = chooseRules(policy, options);
  const choice = await readRowChoice(auditColumns, usualColumns, options);
  return { ...choice, word: words[0], rules, threshold: readThreshold(options.failOn), options };
}

async function answer({ word, rules, filter, options }: Request, given: GivenCommand): Promise<Answer> {
  if (options.rules) return { snapshot: undefined, rows: [], verdicts: { findings: [], undecided: [], decided: 0 } };
  const snapshot = await readSnapshot(options, wantEverything, given);
  if (!isKnown(snapshot.workloads)) throw new UsageError('the snapshot does not say which workloads there were');
  const index = new SnapshotIndex(snapshot);
  const wanted = word === undefined ? undefined : findWanted(word, index, options);
  const audits = auditWorkloads(index, options.all || wanted !== undefined);
  const chosen = wanted === undefined ? audits : audits.filter(({ workload }) => workload === wanted);
  if (wanted !== undefined && chosen.length === 0)
    throw new UsageError(`${nameWorkload(wanted)} is a name of a network: it has no processes of its own to audit`);
  const rows = sortRows(auditColumns, filter(chosen), options);
  return { snapshot, rows, verdicts: applyPolicy(rows, rules) };
}

/** @throws UsageError for a namespace, and for a process that belongs to no workload */
function findWanted(word: string, index: SnapshotIndex, options: OptionValues): Workload {
  const target = findTarget(word, index, options);
  if (target.kind === 'workload') return target.workload;
  const workload = target.kind === 'process' ? index.workloadOf(target.process.pid) : undefined;
  if (workload) return workload;
  throw new UsageError(
    target.kind === 'process'
      ? `process ${target.process.pid} belongs to no workload; nscope compare shows what a process shares with the host`
      : 'a workload is wanted, or a process of one; nscope ls -o +workload names those of a namespace',
  );
}

function report(answer: Answer, request: Request): number {
  const { snapshot, rows, verdicts } = answer;
  const { rules, threshold, options } = request;
  if (!snapshot) {
    listRules(rules, options);
    return 0;
  }
  const sarif = options.sarif === undefined ? undefined : toSarif({ rules, host: snapshot.host, ...verdicts });
  if (typeof options.sarif === 'string') writeFile(options.sarif, formatJson(sarif));
  if (options.sarif === true) writeLines([formatJson(sarif)]);
  else if (options.json) writeLines(formatJsonObject(toJson(answer as Required<Answer>, request, snapshot)));
  else {
    writeText(rows, verdicts, request);
    for (const line of describeUndecided(verdicts.undecided)) writeRemark(line, options);
    noteCoverage(snapshot.coverage, options);
  }
  const open = new Set(verdicts.undecided.map(({ code }) => code));
  return concludeStatus(
    verdicts.findings,
    rules.filter(({ code }) => open.has(code)),
    threshold,
  );
}

function writeText(
  rows: readonly WorkloadAudit[],
  verdicts: Verdicts,
  { word, rules, columns, options }: Request,
): void {
  const width = options.wide ? undefined : readTerminalWidth();
  const palette = choosePalette();
  if (word !== undefined)
    for (const row of rows) {
      writeLines(formatPage(describeAuditPage(row), { width, palette }));
      if (verdicts.findings.length > 0)
        writeLines(['', ...formatFindings(verdicts.findings, { rules: explain(rules), width, palette })]);
    }
  else {
    if (rows.length === 0)
      writeRemark(
        options.filter === undefined
          ? 'no container, machine, sandbox or unit with namespaces of its own is here'
          : 'no row was chosen',
        options,
      );
    writeLines(formatTable(columns, rows, { width, header: options.header !== false, paintHeader: palette.strong }));
    const workloads = rows.map(({ workload }) => workload);
    const lines = [...formatByRule(verdicts.findings, rules, workloads, { width, palette })];
    if (lines.length > 0) writeLines(['', ...lines]);
  }
  writeLines(['', ...wrapText(summarizeFindings(verdicts), width)]);
}

function explain(rules: readonly Rule[]) {
  return rules.flatMap(({ code, means }) => (means === undefined ? [] : [{ code, means }]));
}

function toJson({ rows, verdicts }: Answer, { columns, options }: Request, { coverage }: Snapshot) {
  const workloads = rows.map((row) => (options.columns === undefined ? toJsonAudit(row) : toJsonRow(columns, row)));
  const { findings, undecided } = verdicts;
  return { workloads, findings, undecided, coverage };
}

function toJsonAudit({ workload, places, restrictions, mounts, mapsRoot, runsAsRoot }: WorkloadAudit): object {
  const { engine, kind, id, name, certainty, leader } = workload;
  return {
    ...{ workload: nameWorkload(workload), engine, kind, id, name, certainty, leader },
    namespaces: matrixTypes.map((type) => {
      const { sharedWith, ...place } = places[type];
      return { ...place, sharedWith: sharedWith.map(nameWorkload) };
    }),
    ...{ mapsRoot, runsAsRoot, restrictions, mounts },
  };
}

function listRules(rules: readonly Rule[], options: OptionValues): void {
  if (options.json) {
    writeLines(formatJsonObject({ rules: rules.map(({ code, filter, used, ...rule }) => rule) }));
    return;
  }
  const width = options.wide ? undefined : readTerminalWidth();
  for (const { name, severity, message, when, controls = [] } of rules) {
    const asked = controls.length > 0 ? ` (${controls.join(', ')})` : '';
    const lines = [...wrapText(`${name} (${severity}): ${message}${asked}`, width), ...wrapText(`when ${when}`, width)];
    writeLines(lines.map((line, i) => (i === 0 ? line : `  ${line}`)));
  }
}

/** @throws UsageError where it cannot be written */
function writeFile(path: string, text: string): void {
  try {
    writeFileSync(toPath(path), `${text}\n`);
  } catch (error) {
    if (!isSyscallError(error)) throw error;
    throw new UsageError(`cannot write ${path}: ${error.code}`, { cause: error });
  }
}
