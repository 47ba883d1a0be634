// What a person did wrong, said so that it can be mended. Exit status 2.

export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'NSCOPE_USAGE';
}

/** What was asked for is not there. Exit status 1. */
export class NotFoundError extends Error {
  override readonly name = 'NotFoundError';
  readonly code = 'NSCOPE_NOT_FOUND';
}

/** The one of `words` that was probably meant, for "did you mean". */
export function findSimilar(word: string, words: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of words) {
    const distance = measureDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein's distance; words of the command line are short. */
function measureDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(
        (next[j - 1] ?? 0) + 1,
        (row[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
    row = next;
  }
  return row[b.length] ?? 0;
}

/** ": did you mean x?" or the list of what there is. */
export function suggest(word: string, words: readonly string[]): string {
  const similar = findSimilar(word, words);
  return similar === undefined ? `there are: ${words.join(', ')}` : `did you mean ${similar}?`;
}
