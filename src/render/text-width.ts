// How wide text is on a terminal, and text cut to a width.
import stringWidth from 'string-width';

const plain = /^[\x20-\x7e]*$/;

/** Columns that the text takes; East Asian wide characters take two. */
export function measureWidth(text: string): number {
  return plain.test(text) ? text.length : stringWidth(text);
}

/** Cuts to at most `width` columns, with a sign where something is missing. */
export function cutText(text: string, width: number, where: 'end' | 'middle'): string {
  if (measureWidth(text) <= width) return text;
  if (width <= 1) return '…'.slice(0, width);
  const kept = width - 1;
  const tail = where === 'middle' ? Math.floor(kept / 2) : 0;
  if (plain.test(text)) return `${text.slice(0, kept - tail)}…${tail > 0 ? text.slice(-tail) : ''}`;
  // Of a long text only so much is looked at as can be shown.
  const end = splitCharacters(text.slice(-longestCharacter * tail)).reverse();
  return `${takeColumns(eachCharacter(text), kept - tail).join('')}…${tail > 0 ? takeColumns(end, tail).reverse().join('') : ''}`;
}

/** UTF-16 units of a character with all that is joined to it; a longer one may be cut. */
const longestCharacter = 64;

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** What a person takes for one character: an emoji of several code points is never cut in two. */
export function splitCharacters(text: string): string[] {
  return plain.test(text) ? text.split('') : [...eachCharacter(text)];
}

function* eachCharacter(text: string): Generator<string> {
  for (const { segment } of segmenter.segment(text)) yield segment;
}

/** As many from the start as fit; a wide character may leave one column empty. */
function takeColumns(characters: Iterable<string>, width: number): string[] {
  const taken: string[] = [];
  let left = width;
  for (const character of characters) {
    left -= measureWidth(character);
    if (left < 0) break;
    taken.push(character);
  }
  return taken;
}
