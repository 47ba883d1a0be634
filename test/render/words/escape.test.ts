// Text that processes chose does nothing to a terminal.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseText } from '../../../src/parse/text/text.ts';
import { escapeText, formatJson } from '../../../src/render/words/escape.ts';

test('What would act on a terminal is shown as an escape.', () => {
  const cases: [string, string][] = [
    ['\x1b]0;x\x07', '\\e]0;x\\x07'],
    ['\x1b[31mred', '\\e[31mred'],
    ['a\nb\rc\td', 'a\\nb\\rc\\td'],
    ['\x00\x7f', '\\0\\x7f'],
    ['\x9b31m', '\\x9b31m'],
    ['\u202ecod.exe', '\\u{202e}cod.exe'],
    ['\u2066\u2069\u200b\ufeff\u00ad', '\\u{2066}\\u{2069}\\u{200b}\\u{feff}\\xad'],
    ['\u2028\u2029', '\\u{2028}\\u{2029}'],
    ['\u{e0041}', '\\u{e0041}'],
    ['\ud800', '\\u{d800}'],
  ];
  for (const [text, escaped] of cases) assert.equal(escapeText(text), escaped);
});

test('Bytes that are not UTF-8 are shown as bytes.', () => {
  assert.equal(escapeText(parseText(Uint8Array.from([0x61, 0xff, 0xfe, 0x62]))), 'a\\xff\\xfeb');
  assert.equal(escapeText(parseText(Uint8Array.from([0xc3, 0x28]))), '\\xc3(');
});

test('What a person can read stays as it is.', () => {
  for (const text of ['nginx: worker process', 'größer', '日本語', '🦀 crab', 'a\\b', ''])
    assert.equal(escapeText(text), text);
});

test('No character below U+3000 that moves the cursor or the direction passes.', () => {
  for (let code = 0; code < 0x3000; code++) {
    const escaped = escapeText(String.fromCharCode(code));
    assert.doesNotMatch(
      escaped,
      /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u,
      `U+${code.toString(16)}`,
    );
  }
});

test('JSON holds nothing that acts on a terminal, and the value is the same.', () => {
  for (let code = 0; code < 0x10000; code++) {
    const value = { [`k${String.fromCharCode(code)}`]: [`a${String.fromCharCode(code)}b`] };
    const text = formatJson(value);
    assert.doesNotMatch(text, /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u);
    assert.deepEqual(JSON.parse(text), value);
  }
  assert.equal(formatJson('\x9b31m\x7f\u202e\u{e0041}ü\udcff'), '"\\u009b31m\\u007f\\u202e\\udb40\\udc41ü\\udcff"');
});

test('Two megabytes take no more than a second.', () => {
  const started = performance.now();
  assert.equal(escapeText(`${'y'.repeat(2 ** 21)}\x1b`).length, 2 ** 21 + 2);
  assert.ok(performance.now() - started < 1000);
});
