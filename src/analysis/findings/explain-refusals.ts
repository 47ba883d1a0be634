// What of a condition the host refused to show, so that a rule that needs it is decided in part.
import type { Snapshot } from '../../model/snapshot/schema.ts';
import type { ConditionName } from '../../model/snapshot/wanted.ts';
import type { RuleReport } from './rule.ts';

/** Says each refusal of a condition once. */
export function reportRefusals({ coverage }: Snapshot, condition: ConditionName, report: RuleReport): void {
  const source = coverage.sources.find(({ source }) => source === `condition ${condition}`);
  for (const { what, errno, count, example } of source?.refusals ?? [])
    report.undecided(`${what} was refused (${errno}): ${example}${count > 1 ? ` and ${count - 1} more` : ''}`);
}
