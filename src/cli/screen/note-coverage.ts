// Says below a listing what could not be seen.
import { isKnown } from '../../model/snapshot/known.ts';
import type { Coverage, Snapshot } from '../../model/snapshot/schema.ts';
import { escapeText } from '../../render/words/escape.ts';
import { writeNote } from './output.ts';

/** One line for each reason, on standard error, so that data stays data. */
export function noteCoverage(coverage: Coverage): void {
  for (const text of coverage.disagreements) writeNote(`nscope: sources disagree: ${escapeText(text)}`);
  const word = coverage.verdict === 'complete' ? 'all namespaces are listed, but' : 'partial';
  for (const reason of coverage.reasons) writeNote(`nscope: ${word}: ${escapeText(reason)}`);
  if (coverage.lifts.length > 0) writeNote(`nscope: to see more: ${coverage.lifts.map(escapeText).join('; ')}`);
}

/** Where the column of workloads is empty since a snapshot from a file has none. */
export function noteMissingWorkloads({ workloads }: Snapshot): void {
  if (!isKnown(workloads)) writeNote('nscope: the snapshot does not say which workloads there were');
}
