// What is said of a command line that went wrong: whole sentences, what may have been meant, and no word too long to read.
// Loaded only when something went wrong, or when the first word is not a verb.
import { quoteWord } from '../../analysis/release/shell-words.ts';
import { isNamespaceType } from '../../model/snapshot/namespace-types.ts';
import { escapeText } from '../../render/words/escape.ts';
import { findHabit } from '../help/habits.ts';
import { findSimilar, type TargetLookup, UsageError } from '../table/errors.ts';
import { findNearestTarget } from './nearest-target.ts';

/** An error that a person can do something about, and the exit status that it asks for. */
export interface Failure {
  readonly message: string;
  readonly status: number;
  readonly error: Error & { readonly lookup?: TargetLookup };
}

/** A command line, and the first words that have a meaning of their own: the table itself is in another bundle. */
export interface CommandLine {
  readonly argv: readonly string[];
  readonly verbNames: readonly string[];
}

/** Of words that are longer only the beginning is repeated. */
const maxCharacters = 200;
const keptCharacters = 60;

/**
 * Refuses a first word that is not a verb and cannot be meant as a TARGET, before anything is read.
 * @throws UsageError
 */
export function checkFirstWord({ argv, verbNames }: CommandLine): void {
  const [first = ''] = argv;
  const habit = findHabit(first);
  if (habit !== undefined) throw noVerb(first, `nscope ${habit}`);
  if (isNamespaceType(first)) throw noVerb(first, `nscope ls --type ${first}`);
  // What stands after an option may be its value, as net after --type.
  const second = argv.slice(1).find((word, place) => !word.startsWith('-') && !argv[place]?.startsWith('-'));
  if (second !== undefined && verbNames.includes(second)) throw noVerb(first, `nscope ${second} ${quoteWord(first)}`);
}

function noVerb(word: string, meant: string): UsageError {
  return new UsageError(sayNoVerb(word, meant));
}

function sayNoVerb(word: string, meant: string): string {
  return `there is no verb "${word}"; did you mean ${meant}?`;
}

/** @returns the message, safe for a terminal, and the exit status */
export function explainFailure(failure: Failure, line: CommandLine): Pick<Failure, 'message' | 'status'> {
  const { message, status } = suggestMeant(failure, line);
  const lines = escapeWords(message, line.argv).split('\n');
  return { message: lines.map((line) => escapeText(line).replace(longWords, shorten)).join('\n'), status };
}

function suggestMeant(
  { message, status, error }: Failure,
  { argv, verbNames }: CommandLine,
): Pick<Failure, 'message' | 'status'> {
  const [first = '-', second] = argv;
  const { lookup } = error;
  if (first === '-v') return { message: "unknown option '-v'; did you mean -V?", status };
  const hasVerb = first.startsWith('-') || first === 'help' || verbNames.includes(first);
  if (lookup !== undefined) {
    if (hasVerb || first !== lookup.word || !mayBeVerb.test(first))
      return { message: suggestTarget(message, lookup, argv), status };
    return { message: refuseBoth(lookup, verbNames), status: 2 };
  }
  // What follows the first word is wrong, perhaps because that is a verb misspelt, whose options others do not have.
  const isSaid =
    hasVerb || second === undefined || error.cause !== undefined || message.startsWith('there is no verb ');
  const verb = isSaid ? undefined : findSimilar(first, verbNames);
  return { message: verb === undefined ? message : sayNoVerb(first, verb), status };
}

const mayBeVerb = /^[a-z][\w-]*$/i;

function suggestTarget(message: string, lookup: TargetLookup, argv: readonly string[]): string {
  const meant = lookup.word === 'help' ? `nscope help ${argv[0]}` : findMeant(lookup);
  return meant === undefined ? message : `${message}; did you mean ${meant}?`;
}

/** Of a first word that is neither a verb nor anything else. */
function refuseBoth(lookup: TargetLookup, verbNames: readonly string[]): string {
  const verb = findSimilar(lookup.word, verbNames);
  const meant = [verb === undefined ? [] : `the verb ${verb}`, findMeant(lookup) ?? []].flat();
  const end = meant.length > 0 ? `did you mean ${meant.join(' or ')}?` : 'nscope help lists the verbs';
  return `"${lookup.word}" is neither a verb nor the name of anything here; ${end}`;
}

/** As it can be typed. */
function findMeant({ word, snapshot }: TargetLookup): string | undefined {
  const nearest = findNearestTarget(word, snapshot);
  return nearest === undefined ? undefined : escapeText(quoteWord(nearest));
}

/** Lines of a message are its own: no word of the command line begins another one. */
function escapeWords(message: string, argv: readonly string[]): string {
  const words = argv
    .flatMap((word) => [word, word.slice(word.indexOf('=') + 1)])
    .flatMap((word) => [word, JSON.stringify(word).slice(1, -1)])
    .filter((word) => word.includes('\n') || word.length > maxCharacters);
  return words.reduce((text, word) => text.replaceAll(word, () => shorten(escapeText(word))), message);
}

const longWords = new RegExp(`[^\\s"',;]{${maxCharacters + 1},}`, 'g');

function shorten(text: string): string {
  if (text.length <= maxCharacters) return text;
  const characters = [...text];
  return `${characters.slice(0, keptCharacters).join('')}… (${characters.length} characters)`;
}
