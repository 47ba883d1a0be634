// What a person did wrong, said so that it can be fixed. Exit status 2.
import type { Snapshot } from '../../model/snapshot/schema.ts';
import { escapeText } from '../../render/words/escape.ts';

export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'NSCOPE_USAGE';
  /** Of a command that ends with it. */
  readonly exitStatus = 2;
}

/** What was asked for is not there. Exit status 1. */
export class NotFoundError extends Error {
  override readonly name = 'NotFoundError';
  readonly code = 'NSCOPE_NOT_FOUND';
  /** Of a command that ends with it. */
  readonly exitStatus = 1;
  /** Of a TARGET: for "did you mean", which is worked out only when the message is printed. */
  readonly lookup: TargetLookup | undefined;

  constructor(message: string, { lookup, ...options }: ErrorOptions & { readonly lookup?: TargetLookup } = {}) {
    super(message, options);
    this.lookup = lookup;
  }
}

/** A TARGET that leads nowhere, and where it was looked for. */
export interface TargetLookup {
  readonly word: string;
  readonly snapshot: Snapshot;
}

/**
 * The one of `words` that was probably meant, for "did you mean": one that it begins, one that is a slip or two away, or
 * the longest that it begins with, as `network` does with `net`.
 */
export function findSimilar(word: string, words: readonly string[]): string | undefined {
  const [longer, another] = word.length < 2 ? [] : words.filter((candidate) => candidate.startsWith(word));
  if (longer !== undefined && another === undefined) return longer;
  let best: string | undefined;
  let bestDistance = (word.length < 5 ? 1 : Math.max(2, Math.floor(word.length / 3))) + 1;
  for (const candidate of words) {
    // The distance is at least the difference in length: a very long word is compared with nothing.
    if (Math.abs(word.length - candidate.length) >= bestDistance) continue;
    const distance = measureDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance && distance < candidate.length) {
      best = candidate;
      bestDistance = distance;
    }
  }
  if (best !== undefined) return best;
  const beginnings = words.filter((candidate) => candidate.length >= 3 && word.startsWith(candidate));
  return beginnings.sort((a, b) => b.length - a.length)[0];
}

/** How many letters are missing, too many, wrong, or swapped with the next; words of the command line are short. */
function measureDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      next[j] = Math.min(
        (next[j - 1] ?? 0) + 1,
        (row[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
        swapped ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}

const maxListed = 40;

/** "did you mean x?" or the list of what there is, cut where it is long. */
export function suggest(word: string, words: readonly string[]): string {
  const similar = findSimilar(word, words);
  if (similar !== undefined) return `did you mean ${escapeText(similar)}?`;
  const rest = words.length - maxListed;
  return `there are: ${words.slice(0, maxListed).map(escapeText).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
