// --with: what is large and read only where it is named.
import { conditionsOnDemand } from '../../model/snapshot/wanted.ts';
import { suggest, UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';
import { readListOption } from './choose-columns.ts';

type OnDemand = (typeof conditionsOnDemand)[number];

/** @throws UsageError naming what does not exist, or cannot be added to a file */
export function readExtra(options: OptionValues): OnDemand[] {
  const words = readListOption(options, 'with');
  if (words.length > 0 && options.from !== undefined)
    throw new UsageError('--with reads this host, and --from a file: give one of them');
  return words.map((word) => {
    const name = conditionsOnDemand.find((one) => one === word);
    if (name === undefined) throw new UsageError(`--with ${word}: ${suggest(word, conditionsOnDemand)}`);
    return name;
  });
}
