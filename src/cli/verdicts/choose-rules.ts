// Which rules run: --only and --ignore.
import type { Rule } from '../../analysis/findings/rule.ts';
import { suggest, UsageError } from '../table/errors.ts';

interface RuleOptions {
  readonly only?: string | undefined;
  readonly ignore?: string | undefined;
}

/** @throws UsageError for a code that no rule has */
export function chooseRules<R extends Pick<Rule<never>, 'code'>>(rules: readonly R[], options: RuleOptions): R[] {
  const only = readCodes(rules, '--only', options.only);
  const ignored = readCodes(rules, '--ignore', options.ignore);
  const chosen = rules.filter(({ code }) => (only === undefined || only.has(code)) && !ignored?.has(code));
  if (chosen.length === 0) throw new UsageError('--only and --ignore leave no rule');
  return chosen;
}

function readCodes(
  rules: readonly Pick<Rule<never>, 'code'>[],
  flag: string,
  value: string | undefined,
): ReadonlySet<string> | undefined {
  if (value === undefined) return undefined;
  const codes = rules.map(({ code }) => code);
  const words = value.split(',').filter((word) => word !== '');
  if (words.length === 0) throw new UsageError(`${flag} needs the code of a rule; --rules lists them`);
  for (const word of words)
    if (!codes.includes(word)) throw new UsageError(`${flag}: there is no rule "${word}"; ${suggest(word, codes)}`);
  return new Set(words);
}
