// nscope why: which namespaces can be made here, and what refuses the others.
import { judgeMaking } from '../../analysis/refusals/judge-making.ts';
import { tryMaking } from '../../kernel/refusals/make-trials.ts';
import { readRefusalSettings } from '../../kernel/refusals/settings.ts';
import type { MakingTrial } from '../../model/evidence/refusal-evidence.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';
import { wantNamespaces } from '../../model/snapshot/wanted.ts';
import { describeMaking } from '../../render/pages/why-page.ts';
import type { OptionValues } from '../table/option-values.ts';
import { readSelf } from './read-self.ts';
import { writeAnswer } from './write-answer.ts';

/** @returns the exit status */
export async function whyMake(types: readonly NamespaceType[], options: OptionValues): Promise<number> {
  const caller = readSelf();
  const settings = readRefusalSettings();
  const trials = tryMaking({ caller, settings }, types);
  const verdicts = judgeMaking(await countWhereFull(trials, options));
  writeAnswer({ verdicts, caller, settings }, () => describeMaking(verdicts, caller), options);
  return verdicts.some(({ way }) => way === null) ? 1 : 0;
}

/** Where a limit may be reached the namespaces that it counts are looked for. */
async function countWhereFull(trials: readonly MakingTrial[], options: OptionValues): Promise<readonly MakingTrial[]> {
  const isFull = ({ refusal }: MakingTrial) =>
    refusal?.refused.errno === 'ENOSPC' || refusal?.refused.errno === 'EUSERS';
  if (!trials.some(isFull)) return trials;
  const [{ SnapshotIndex }, { countBelow }, { readSnapshot }] = await Promise.all([
    import('../../analysis/graph/snapshot-index.ts'),
    import('../../analysis/refusals/count-below.ts'),
    import('../reading/read-snapshot.ts'),
  ]);
  const index = new SnapshotIndex(await readSnapshot(options, wantNamespaces));
  return trials.map((trial) => {
    const { refusal } = trial;
    const [type] = refusal?.refused.types ?? [];
    if (!refusal || type === undefined || !isFull(trial) || !isKnown(refusal.caller.userNamespace)) return trial;
    const counted = countBelow(type, refusal.caller.userNamespace, index);
    return { ...trial, refusal: { ...refusal, trials: { ...refusal.trials, counted } } };
  });
}
