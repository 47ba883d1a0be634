// nscope snapshot: everything as one JSON object.
import type { Snapshot } from '../../model/snapshot/schema.ts';
import { type ConditionName, verdictConditions, wantEverything } from '../../model/snapshot/wanted.ts';
import { formatJsonObject } from '../../render/lines/json-lines.ts';
import { formatJson } from '../../render/words/escape.ts';
import { readExtra } from '../reading/read-extra.ts';
import { readSnapshot } from '../reading/read-snapshot.ts';
import { readingVerb } from '../reading/reading-verb.ts';
import { writeLines } from '../screen/output.ts';
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
