// Which verb a command line means.
import { targetVerb, usualVerb, verbNames } from './verb-syntax.ts';

/**
 * The verb that a command line means: its first word; the usual one where it begins with an option, or is empty; and the one
 * that shows a TARGET where the first word is not a verb.
 */
export function findVerbName([first = '-']: readonly string[]): string {
  if (first.startsWith('-')) return usualVerb;
  return isVerb(first) ? first : targetVerb;
}

/** Whether a first word is a verb: `help` also is one. */
export function isVerb(word: string): boolean {
  return word === 'help' || verbNames.includes(word);
}
