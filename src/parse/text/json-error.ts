// Where a text is not JSON. JSON.parse tells the place only sometimes, and not in the same words in each release of
// Node.

type Expected = 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'colon' | 'comma-or-end' | 'nothing';

const blanks = /[ \t\n\r]*/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const literals = ['true', 'false', 'null'];

/**
 * The offset of the first character that cannot be there: the text's length when it ends too early, undefined when it is
 * JSON. RFC 8259.
 */
export function findJsonError(text: string): number | undefined {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  for (let at = skip(blanks, text, 0); at < text.length; at = skip(blanks, text, at)) {
    const character = text[at] as string;
    const inside = open.at(-1);
    if (expected === 'nothing') return at;
    if (expected === 'colon') {
      if (character !== ':') return at;
      expected = 'value';
      at++;
    } else if (expected === 'comma-or-end' && character === ',') {
      expected = inside === '{' ? 'key' : 'value';
      at++;
    } else if (character === (inside === '{' ? '}' : ']')) {
      if (!expected.endsWith('-or-end')) return at;
      open.pop();
      expected = open.length > 0 ? 'comma-or-end' : 'nothing';
      at++;
    } else if (expected === 'comma-or-end') return at;
    else if (expected.startsWith('key') || character === '"') {
      const end = character === '"' ? findStringEnd(text, at) : { wrong: at };
      if ('wrong' in end) return end.wrong;
      at = end.end;
      expected = expected.startsWith('key') ? 'colon' : open.length > 0 ? 'comma-or-end' : 'nothing';
    } else if (character === '{' || character === '[') {
      open.push(character);
      expected = character === '{' ? 'key-or-end' : 'value-or-end';
      at++;
    } else {
      const end = findScalarEnd(text, at);
      if (end === at) return literals.some((literal) => literal.startsWith(text.slice(at))) ? text.length : at;
      at = end;
      expected = open.length > 0 ? 'comma-or-end' : 'nothing';
    }
  }
  return expected === 'nothing' ? undefined : text.length;
}

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

/** The end of a number or a literal; `at` itself where there is none. */
function findScalarEnd(text: string, at: number): number {
  const literal = literals.find((word) => text.startsWith(word, at));
  return literal === undefined ? skip(number, text, at) : at + literal.length;
}

/** A loop, since a pattern with alternatives overflows its stack on strings of megabytes. */
function findStringEnd(text: string, start: number): { readonly end: number } | { readonly wrong: number } {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return { end: at + 1 };
    if (code < 0x20) return { wrong: at };
    if (code !== 0x5c) continue;
    at++;
    if (at >= text.length) break;
    if (text[at] === 'u') {
      for (let digit = 1; digit <= 4 && at + digit < text.length; digit++)
        if (!/[0-9a-fA-F]/.test(text[at + digit] as string)) return { wrong: at + digit };
      at += 4;
    } else if (!'"\\/bfnrt'.includes(text[at] as string)) return { wrong: at };
  }
  return { wrong: text.length };
}
