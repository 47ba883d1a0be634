// nscope completion: a script by which a shell completes nscope's command line.

import { writeExactly } from '../screen/output.ts';
import { suggest, UsageError } from '../table/errors.ts';
import { targetVerb, usualVerb, verbs } from '../table/verbs.ts';
import { formatBashCompletion } from './bash.ts';
import { buildCompletionTable } from './completion-table.ts';
import { formatFishCompletion } from './fish.ts';
import { formatZshCompletion } from './zsh.ts';

const formats = new Map([
  ['bash', formatBashCompletion],
  ['zsh', formatZshCompletion],
  ['fish', formatFishCompletion],
]);

/** @throws UsageError for a shell that is not known */
export async function run([shell = '']: readonly string[]): Promise<number> {
  const format = formats.get(shell);
  if (!format)
    throw new UsageError(`there is no completion for the shell "${shell}"; ${suggest(shell, [...formats.keys()])}`);
  const script = format(await buildCompletionTable(verbs, usualVerb, targetVerb));
  writeExactly(script);
  return 0;
}
