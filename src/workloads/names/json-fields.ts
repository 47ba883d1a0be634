// Fields of JSON that somebody else wrote: each is either what was expected or undefined.

export function readField(value: unknown, ...path: readonly string[]): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}

/** A text that is not empty. */
export function readWord(value: unknown, ...path: readonly string[]): string | undefined {
  const field = readField(value, ...path);
  return typeof field === 'string' && field !== '' ? field : undefined;
}

/** An object of texts; what is no text in it is left out. Undefined where none is left. */
export function readWords(value: unknown, ...path: readonly string[]): Readonly<Record<string, string>> | undefined {
  const field = readField(value, ...path);
  if (typeof field !== 'object' || field === null) return undefined;
  const words = Object.entries(field).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return words.length === 0 ? undefined : Object.fromEntries(words);
}
