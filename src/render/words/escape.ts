// Text that processes chose, made harmless for a terminal: nothing in it can move the cursor, change a title or colours,
// turn the direction of writing, or pass for another line.

import { isDrawn } from './ascii.ts';

/**
 * Controls (C0, DEL, C1), bidirectional and invisible formatting characters, line separators, and lone surrogates, which
 * stand for bytes that were no UTF-8.
 */
export const harmful =
  /[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|[\u{e0000}-\u{e007f}]/gu;

/** Only these need a look: letters, digits and the marks of ASCII are the common case. */
const plain = /^[\x20-\x7e]*$/;

/** Whether the terminal takes ASCII alone: bytes of UTF-8 may then be controls of C1 to it. One for the process, as a locale is. */
let isAsciiAlone = false;

/** From now on all beyond ASCII is escaped as well, but what nscope draws itself: that is for `toAscii`. */
export function escapeBeyondAscii(): void {
  isAsciiAlone = true;
}

/** Shows each harmful character as an escape: `\x1b`, `\n`, `\u{202e}`. */
export function escapeText(text: string): string {
  if (plain.test(text)) return text;
  const safe = text.replace(harmful, escapeCharacter);
  return isAsciiAlone ? safe.replace(beyondAscii, (one) => (isDrawn(one) ? one : escapeCharacter(one))) : safe;
}

const beyondAscii = /[^\x00-\x7f]/gu;

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\x1b': '\\e', '\x00': '\\0' };

function escapeCharacter(character: string): string {
  const name = named[character];
  if (name !== undefined) return name;
  const code = character.codePointAt(0) ?? 0;
  // PEP 383: the byte that was not UTF-8.
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`;
  return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}

/**
 * A value as JSON on one line, in which each harmful character is written `\uXXXX`: to whoever parses it the value is the
 * same, and a terminal is safe from it. JSON.stringify has escaped the controls of C0 and lone surrogates itself.
 */
export function formatJson(value: unknown): string {
  const text = JSON.stringify(value);
  return plain.test(text) ? text : text.replace(isAsciiAlone ? beyondAscii : harmful, escapeUnits);
}

function escapeUnits(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
