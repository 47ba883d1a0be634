// Says below a listing what could not be seen.
import { quoteWord } from '../../analysis/release/shell-words.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { Coverage, Snapshot } from '../../model/snapshot/schema.ts';
import { describeCoverage } from '../../render/words/coverage-line.ts';
import { type RemarkOptions, writeRemark } from './output.ts';

/** The options of a reading verb that say what was read. */
interface ReadingOptions extends RemarkOptions {
  readonly from?: string | undefined;
  readonly bpf?: boolean | undefined;
}

/**
 * One line of a few words, on standard error, so that data stays data; none where nothing was missed.
 * @param also - what follows from it for this listing, in a few words each
 */
export function noteCoverage(coverage: Coverage, options: ReadingOptions, also: readonly string[] = []): void {
  const [contradiction, ...others] = coverage.disagreements;
  if (contradiction !== undefined) {
    const rest = others.length > 0 ? `; and ${others.length} more` : '';
    writeRemark(`sources disagree: ${contradiction}${rest}`, options);
  }
  const words = describeCoverage(coverage, also);
  if (words !== undefined) writeRemark(`${words}; ${nameVerb(options)} explains`, options);
}

/** The command that tells all of what was read. */
function nameVerb({ from, bpf }: ReadingOptions): string {
  if (from !== undefined) return `nscope coverage --from ${quoteWord(from)}`;
  return bpf === false ? 'nscope coverage --no-bpf' : 'nscope coverage';
}

/** Where the column of workloads is empty since a snapshot from a file has none. */
export function noteMissingWorkloads({ workloads }: Snapshot, options: RemarkOptions): void {
  if (!isKnown(workloads)) writeRemark('the snapshot does not say which workloads there were', options);
}
