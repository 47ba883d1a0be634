// Which rules run: --only and --ignore.
import type { Rule } from '../../analysis/findings/rule.ts';
import { type ConditionName, conditionsOnDemand } from '../../model/snapshot/wanted.ts';
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

/** What rules need that is read only where it is named. */
export function listOnDemand(rules: readonly Pick<Rule<never>, 'needs'>[]): ConditionName[] {
  return conditionsOnDemand.filter((name) => rules.some(({ needs }) => needs.includes(name)));
}

/**
 * Those that can run with what is read. What is large is read where --with names it, or --only a rule that needs it; a
 * snapshot from a file has it or not. The others were not asked for, and are not undecided.
 * @param there - of what is read on demand
 */
export function leaveOutUnread<R extends Pick<Rule<never>, 'needs'>>(
  rules: readonly R[],
  there: readonly ConditionName[],
): R[] {
  return rules.filter((rule) => listOnDemand([rule]).every((name) => there.includes(name)));
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
