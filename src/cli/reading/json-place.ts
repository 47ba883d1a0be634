// Where a text is not JSON, in words.
import { findJsonError } from '../../parse/text/json-error.ts';

/** Line and column of the first wrong character; a file that was cut ends too early. */
export function describeJsonPlace(text: string): string {
  const position = findJsonError(text) ?? text.length;
  if (position >= text.length) return `it ends too early, after ${text.length} characters; was it cut?`;
  const before = text.slice(0, position).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}: unexpected ${JSON.stringify(text[position])}`;
}
