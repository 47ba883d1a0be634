// How wide text is on a terminal, and text cut to a width.
import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';

const plain = /^[\x20-\x7e]*$/;

/** Columns that the text takes; East Asian wide characters take two. */
export function measureWidth(text: string): number {
  return plain.test(text) ? text.length : stringWidth(text);
}

/** Cuts to at most `width` columns, with a sign where something is missing. */
export function cutText(text: string, width: number, where: 'end' | 'middle'): string {
  if (measureWidth(text) <= width) return text;
  if (!plain.test(text)) return cliTruncate(text, width, { position: where });
  if (width <= 1) return '…'.slice(0, width);
  const kept = width - 1;
  const tail = where === 'middle' ? Math.floor(kept / 2) : 0;
  return `${text.slice(0, kept - tail)}…${tail > 0 ? text.slice(-tail) : ''}`;
}
