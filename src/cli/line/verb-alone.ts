// The command line of a verb and nothing behind it, or of nothing at all: the most common one, for which the parser, which
// takes longer to load than many a verb, is not needed.
import type { Invocation, OptionValues } from '../table/verb.ts';
import { usualVerb, verbs } from '../table/verbs.ts';

/** What parseCommandLine says of these words; undefined where there is something to parse, or to find fault with. */
export function takeVerbAlone(argv: readonly string[]): Invocation | undefined {
  if (argv.length > 1) return undefined;
  const verb = verbs.find(({ name }) => name === (argv[0] ?? usualVerb));
  if (!verb?.arguments.every(({ optional }) => optional)) return undefined;
  const options: Record<string, OptionValues[string]> = {};
  for (const { flags } of verb.options) {
    const negated = /--no-([\w-]+)/.exec(flags)?.[1];
    if (negated !== undefined) options[negated.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())] = true;
  }
  return { verb, words: [], options, given: { behind: undefined, repeated: {} } };
}
