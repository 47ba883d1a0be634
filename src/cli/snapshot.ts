// nscope snapshot: everything as one JSON object.
import { wantEverything } from '../model/wanted.ts';
import { formatJson } from '../render/escape.ts';
import { formatJsonObject } from '../render/json-lines.ts';
import { writeLines } from './output.ts';
import { readSnapshot } from './read-snapshot.ts';
import type { GivenCommand, OptionValues } from './verb.ts';

export async function run(_words: readonly string[], options: OptionValues, given: GivenCommand): Promise<number> {
  const snapshot = await readSnapshot(options, wantEverything, given);
  writeLines(options.compact ? [formatJson(snapshot)] : formatJsonObject(snapshot));
  return 0;
}
