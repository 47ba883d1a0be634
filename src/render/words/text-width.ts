// How wide text is on a terminal, and text cut to a width.
import stringWidth from 'string-width';

const plain = /^[\x20-\x7e]*$/;

/**
 * Besides, letters and signs that never join with their neighbours: Latin, Greek, Cyrillic, quotes, the ellipsis, the
 * branches of trees, kana, common ideographs and Hangul syllables. Finding the borders of characters in general takes
 * 15 µs for each, and command lines have thousands.
 */
const simple =
  /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0482\u2018-\u201f\u2026\u2500-\u257f\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3]*$/;
const simpleWide = /[\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3]/g;

/** No terminal is as wide: what is beyond this many UTF-16 units is taken for narrow, and never seen. */
const longestMeasured = 1000;

/** Columns that the text takes; East Asian wide characters take two. */
export function measureWidth(text: string): number {
  if (plain.test(text)) return text.length;
  if (simple.test(text)) return text.length + (text.match(simpleWide)?.length ?? 0);
  if (text.length <= longestMeasured) return stringWidth(text);
  return stringWidth(text.slice(0, longestMeasured)) + text.length - longestMeasured;
}

/** Cuts to at most `width` columns, with a sign where something is missing. */
export function cutText(text: string, width: number, where: 'end' | 'middle'): string {
  if (measureWidth(text) <= width) return text;
  if (width <= 1) return '…'.slice(0, width);
  const kept = width - 1;
  const tail = where === 'middle' ? Math.floor(kept / 2) : 0;
  if (plain.test(text)) return `${text.slice(0, kept - tail)}…${tail > 0 ? text.slice(-tail) : ''}`;
  // Of a long text only so much is looked at as can be shown.
  const start = takeColumns(splitCharacters(text.slice(0, longestCharacter * (kept - tail))), kept - tail);
  if (tail === 0) return `${start.join('')}…`;
  const end = takeColumns(splitCharacters(text.slice(-longestCharacter * tail)).reverse(), tail);
  return `${start.join('')}…${end.reverse().join('')}`;
}

/** UTF-16 units of a character with all that is joined to it; a longer one may be cut. */
const longestCharacter = 32;

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** What a person takes for one character: an emoji of several code points is never cut in two. */
export function splitCharacters(text: string): string[] {
  return simple.test(text) ? text.split('') : Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** As many from the start as fit; a wide character may leave one column empty. */
function takeColumns(characters: readonly string[], width: number): string[] {
  const taken: string[] = [];
  let left = width;
  for (const character of characters) {
    left -= measureWidth(character);
    if (left < 0) break;
    taken.push(character);
  }
  return taken;
}
