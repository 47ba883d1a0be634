// Text as lines of a width: broken at blanks, and inside a word only where it is longer than a line.
import { measureWidth, splitCharacters } from './text-width.ts';

/** @param width - columns of a line; undefined for one line however long */
export function wrapText(text: string, width: number | undefined): string[] {
  if (width === undefined || measureWidth(text) <= width) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((one) => breakWord(one, width))) {
    if (line === '') line = word;
    else if (measureWidth(line) + 1 + measureWidth(word) <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
  }
  lines.push(line);
  return lines;
}

function breakWord(word: string, width: number): string[] {
  if (measureWidth(word) <= width) return [word];
  const pieces: string[] = [];
  let piece = '';
  let pieceWidth = 0;
  for (const character of splitCharacters(word)) {
    const own = measureWidth(character);
    if (pieceWidth + own > width && piece !== '') {
      pieces.push(piece);
      piece = '';
      pieceWidth = 0;
    }
    piece += character;
    pieceWidth += own;
  }
  pieces.push(piece);
  return pieces;
}
