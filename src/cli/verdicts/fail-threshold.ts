// From which severity on findings make the exit status 1: --fail-on.
import { type Finding, isAtLeast, type Severity, severities } from '../../analysis/findings/finding.ts';
import { suggest, UsageError } from '../table/errors.ts';

/** never: the exit status is always 0. */
export type Threshold = Severity | 'never';

/** @throws UsageError */
export function readThreshold(word = 'warning'): Threshold {
  const known: readonly Threshold[] = [...severities, 'never'];
  const found = known.find((one) => one === word);
  if (found === undefined) throw new UsageError(`--fail-on: "${word}" is not a severity; ${suggest(word, known)}`);
  return found;
}

/**
 * 1 where something of that severity was found; 3 where nothing was, and a rule that could have found it is open.
 * @param open - the rules that were not decided, or not whole
 */
export function concludeStatus(
  findings: readonly Pick<Finding, 'severity'>[],
  open: readonly { readonly severity: Severity }[],
  threshold: Threshold,
): number {
  if (threshold === 'never') return 0;
  if (findings.some(({ severity }) => isAtLeast(severity, threshold))) return 1;
  return open.some(({ severity }) => isAtLeast(severity, threshold)) ? 3 : 0;
}
