// A TARGET that may be left out. What parses and finds one is loaded only where there is one.
import type { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import type { Target } from '../../analysis/target/target-error.ts';
import type { OptionValues } from '../table/option-values.ts';

export interface OptionalTarget {
  /** Whether it can lead to a workload: only then they are looked for. */
  readonly mayBeWorkload: boolean;
  /** @throws UsageError when it is ambiguous or refused; NotFoundError when there is no such thing */
  find(index: SnapshotIndex, options: OptionValues): Target;
}

/**
 * @returns undefined where no TARGET was written
 * @throws UsageError when it is malformed
 */
export async function readTarget(word: string | undefined): Promise<OptionalTarget | undefined> {
  if (word === undefined) return undefined;
  const { checkTargets, findTarget, mayBeWorkload } = await import('./target.ts');
  checkTargets([word]);
  return { mayBeWorkload: mayBeWorkload(word), find: (index, options) => findTarget(word, index, options) };
}
