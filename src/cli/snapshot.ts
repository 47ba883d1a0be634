// nscope snapshot: everything as one JSON object.
import { wantEverything } from '../model/wanted.ts';
import { formatJsonObject } from '../render/json-lines.ts';
import { writeLines } from './output.ts';
import { readSnapshot } from './read-snapshot.ts';
import type { OptionValues } from './verb.ts';

export async function run(_words: readonly string[], options: OptionValues): Promise<number> {
  const snapshot = await readSnapshot(options, wantEverything);
  writeLines(options.compact ? [JSON.stringify(snapshot)] : formatJsonObject(snapshot));
  return 0;
}
