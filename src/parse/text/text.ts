// Bytes of processes to text without loss: UTF-8 where it is valid, and each other byte as a lone surrogate U+DC80 to
// U+DCFF, as PEP 383 does. JSON carries them as escapes; a view shows them as \x80 to \xff.

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenientUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Decodes bytes that a process chose (its name, its arguments, a path). */
export function parseText(bytes: Uint8Array): string {
  const text = parseAscii(bytes);
  if (text !== undefined) return text;
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return decodeWithSurrogates(bytes);
  }
}

/** Long arguments would overflow the stack of fromCharCode.apply. */
const longestAscii = 4096;
const ascii = /^[\x00-\x7f]*$/;

/** The common case, without a loop over bytes. Undefined where it is something else, or long. */
function parseAscii(bytes: Uint8Array): string | undefined {
  if (bytes.length > longestAscii) return undefined;
  const text = String.fromCharCode.apply(null, bytes as unknown as number[]);
  return ascii.test(text) ? text : undefined;
}

function decodeWithSurrogates(bytes: Uint8Array): string {
  let text = '';
  let start = 0;
  while (start < bytes.length) {
    const length = validPrefix(bytes.subarray(start, start + 4));
    if (length > 0) {
      text += lenientUtf8.decode(bytes.subarray(start, start + length));
      start += length;
    } else {
      text += String.fromCharCode(0xdc00 + (bytes[start] as number));
      start++;
    }
  }
  return text;
}

/** The length of the one character at the start, or 0 when the bytes there are not UTF-8. */
function validPrefix(bytes: Uint8Array): number {
  const first = bytes[0] as number;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (length === 0 || bytes.length < length) return 0;
  try {
    strictUtf8.decode(bytes.subarray(0, length));
    return length;
  } catch {
    return 0;
  }
}

const encoder = new TextEncoder();
const hasLoneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
/** What parseText makes of a byte that is not UTF-8. No `u` flag: it is looked for among code units. */
const byteEscapes = /(?<![\ud800-\udbff])[\udc80-\udcff]+/;

/** Whether a text holds what UTF-8 cannot carry: `encodeText` gives its bytes, and Node's own functions lose them. */
export function isEscaped(text: string): boolean {
  return hasLoneSurrogate.test(text);
}

/** The bytes that parseText has decoded: U+DC80 to U+DCFF alone stand for one byte each, as PEP 383 has it. */
export function encodeText(text: string): Uint8Array {
  if (!hasLoneSurrogate.test(text)) return encoder.encode(text);
  const parts: Uint8Array[] = [];
  for (let rest = text; rest !== ''; ) {
    const found = byteEscapes.exec(rest);
    const end = found?.index ?? rest.length;
    if (end > 0) parts.push(encoder.encode(rest.slice(0, end)));
    if (!found) break;
    parts.push(Uint8Array.from(found[0], (unit) => unit.charCodeAt(0) - 0xdc00));
    rest = rest.slice(end + found[0].length);
  }
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** The same of a text that was read with an encoding that keeps each byte: latin1. */
export function parseLatin1(text: string): string {
  return ascii.test(text) ? text : parseText(Uint8Array.from(text, (unit) => unit.charCodeAt(0)));
}

/** The arguments of /proc/PID/cmdline: each ends with NUL; the last may not when the process wrote over them. */
export function parseCmdline(bytes: Uint8Array): string[] {
  let end = bytes.length;
  if (end > 0 && bytes[end - 1] === 0) end--;
  if (end === 0) return [];
  const text = parseAscii(bytes);
  if (text !== undefined) return text.slice(0, end).split('\0');
  const words: string[] = [];
  for (let start = 0; start <= end; ) {
    let stop = bytes.indexOf(0, start);
    if (stop < 0 || stop > end) stop = end;
    words.push(parseText(bytes.subarray(start, stop)));
    start = stop + 1;
  }
  return words;
}
