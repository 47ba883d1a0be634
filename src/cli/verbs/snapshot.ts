// nscope snapshot: everything as one JSON object.
import type { Snapshot } from '../../model/snapshot/schema.ts';
import {
  type ConditionName,
  conditionsOnDemand,
  verdictConditions,
  wantEverything,
} from '../../model/snapshot/wanted.ts';
import { formatJsonObject } from '../../render/lines/json-lines.ts';
import { formatJson } from '../../render/words/escape.ts';
import { readListOption } from '../reading/choose-columns.ts';
import { readSnapshot } from '../reading/read-snapshot.ts';
import { readingVerb } from '../reading/reading-verb.ts';
import { writeLines } from '../screen/output.ts';
import { suggest, UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';

export const run = readingVerb({
  parse: (_words, options) => ({ options, extra: readExtra(options) }),
  answer: ({ options, extra }, given) =>
    readSnapshot(options, { ...wantEverything, conditions: [...verdictConditions, ...extra] }, given),
  report(snapshot: Snapshot, { options }: Request) {
    writeLines(options.compact ? [formatJson(snapshot)] : formatJsonObject(snapshot));
    return 0;
  },
});

interface Request {
  readonly options: OptionValues;
  readonly extra: readonly ConditionName[];
}

/** @throws UsageError naming what does not exist, or cannot be added to a file */
function readExtra(options: OptionValues): ConditionName[] {
  const words = readListOption(options, 'with');
  if (words.length > 0 && options.from !== undefined)
    throw new UsageError('--with reads this host, and --from a file: give one of them');
  return words.map((word) => {
    const name = conditionsOnDemand.find((one) => one === word);
    if (name === undefined) throw new UsageError(`--with ${word}: ${suggest(word, conditionsOnDemand)}`);
    return name;
  });
}
