// nscope snapshot: everything as one JSON object.
import { wantEverything } from '../../model/snapshot/wanted.ts';
import { formatJsonObject } from '../../render/lines/json-lines.ts';
import { formatJson } from '../../render/words/escape.ts';
import { readSnapshot } from '../reading/read-snapshot.ts';
import { writeLines } from '../screen/output.ts';
import type { OptionValues } from '../table/option-values.ts';
import type { GivenCommand } from '../table/verb.ts';

export async function run(_words: readonly string[], options: OptionValues, given: GivenCommand): Promise<number> {
  const snapshot = await readSnapshot(options, wantEverything, given);
  writeLines(options.compact ? [formatJson(snapshot)] : formatJsonObject(snapshot));
  return 0;
}
