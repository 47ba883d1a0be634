// Words of a command as a POSIX shell reads them, dash(1) among them, on one line and with nothing that a terminal obeys.

/** A command of these words. */
export function formatCommand(words: readonly string[]): string {
  // A command substitution loses the line feeds at its end: there the shell is given a whole command in quotes to read.
  if (words.some((word) => word.endsWith('\n')))
    return `eval "$(printf ${formatOf(words.map(quotePlainly).join(' '))})"`;
  return words.map(quoteWord).join(' ');
}

/**
 * Quotes a word where it needs it. Control characters and all beyond ASCII, among it bytes that are no UTF-8, become octal
 * escapes of printf(1): `"$(printf '/mnt/a\377')"`. A line feed at the end is lost: formatCommand keeps it.
 */
export function quoteWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return /^[\x20-\x7e]*$/.test(word) ? quotePlainly(word) : `"$(printf ${formatOf(word)})"`;
}

function quotePlainly(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** A format of printf(1) that prints the text. Octal escapes have three digits, so that no digit behind them is taken. */
function formatOf(text: string): string {
  const escaped = text.replace(/[^\w@+=:,./ -]|^-/gu, (character) => {
    if (character === '%') return '%%';
    const code = character.codePointAt(0) ?? 0;
    // PEP 383: one byte that was not UTF-8.
    const bytes = code >= 0xdc80 && code <= 0xdcff ? [code - 0xdc00] : [...new TextEncoder().encode(character)];
    return bytes.map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
  });
  return `'${escaped}'`;
}
