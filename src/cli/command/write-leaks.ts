// Writes what is left in every form that was asked for.
import { codeOf, type Left, nameOf } from '../../analysis/leaks/left.ts';
import type { Coverage } from '../../model/snapshot/schema.ts';
import { formatAnnotations } from '../../render/lines/github-annotations.ts';
import { formatJsonObject } from '../../render/lines/json-lines.ts';
import { formatJunit } from '../../render/lines/junit.ts';
import type { LeakReport } from '../../render/pages/describe-left.ts';
import { formatLeaks, summarizeLeaks } from '../../render/pages/leaks-page.ts';
import { writeLines, writeNote, writeRemark } from '../screen/output.ts';
import type { OptionValues } from '../table/option-values.ts';
import { writeFile } from './begun-state.ts';
import type { Following } from './follow-command.ts';

export interface CiReport extends LeakReport {
  /** The command, and how it ended; null with --end. */
  readonly ran: Readonly<Record<string, unknown>> | null;
  readonly coverage: {
    readonly events: Following;
    readonly before: Coverage;
    readonly after: Coverage;
  };
}

/** @throws UsageError where a file cannot be written */
export function writeLeaks(report: CiReport, options: OptionValues): void {
  const { verdict } = report;
  if (options.junit !== undefined) writeFile(options.junit, formatJunit(report));
  if (options.report !== undefined) writeFile(options.report, formatJsonObject(toJson(report)));
  if (options.github) for (const line of formatAnnotations(report)) writeNote(line);
  if (options.json) {
    writeLines(formatJsonObject(toJson(report)));
    return;
  }
  // The command has standard output for itself.
  const lines = formatLeaks(report);
  if (lines.length > 0 && !options.github) writeNote(lines.join('\n'));
  const isWorthSaying = verdict.leaks.length > 0;
  const quiet = options.quiet === true && !isWorthSaying;
  writeRemark(summarizeLeaks(verdict), { quiet });
  for (const remark of report.remarks) writeRemark(remark, options);
}

function toJson({ verdict, ran, begunAt, seconds, coverage, remarks }: CiReport): Readonly<Record<string, unknown>> {
  const { leaks, others, unknown, excused, ignored } = verdict;
  const list = (all: readonly Left[]) => all.map((left) => ({ code: codeOf(left), name: nameOf(left), ...left }));
  return {
    leaks: list(leaks),
    unknown: list(unknown),
    others: list(others),
    excused: list(excused),
    ignored: list(ignored),
    command: ran,
    begunAt,
    seconds,
    remarks,
    coverage,
  };
}
