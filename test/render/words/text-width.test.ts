// Widths of text on a terminal.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import stringWidth from 'string-width';
import { cutText, measureWidth } from '../../../src/render/words/text-width.ts';

test('The quick ways of measuring agree with the thorough one on every character of the basic plane.', () => {
  let compared = 0;
  for (let code = 0x20; code < 0xd800; code++) {
    const character = String.fromCharCode(code);
    assert.equal(measureWidth(character), stringWidth(character), `U+${code.toString(16)}`);
    compared++;
  }
  assert.ok(compared > 50_000);
});

test('What is joined to one character is measured and cut as one.', () => {
  for (const [text, width] of [
    ['e\u0301', 1],
    ['👩‍👩‍👧', 2],
    ['🇩🇪', 2],
    ['日本', 4],
    ['ㅎ', 2],
    ['├─', 2],
  ] as const)
    assert.equal(measureWidth(text), width, text);
  assert.equal(cutText('a👩‍👩‍👧b', 3, 'end'), 'a…');
  assert.equal(cutText('a👩‍👩‍👧bc', 4, 'end'), 'a👩‍👩‍👧…');
  assert.equal(cutText('日本語日本語', 8, 'middle'), '日本…語');
});

test('A cut text is as wide as wanted, or one less where a wide character did not fit.', () => {
  for (const text of ['x'.repeat(100), '日本語'.repeat(30), '👩‍👩‍👧'.repeat(20), 'é…─'.repeat(30)])
    for (const where of ['end', 'middle'] as const)
      for (let width = 1; width < 40; width++) {
        const measured = measureWidth(cutText(text, width, where));
        assert.ok(measured <= width && measured >= width - 2, `${width} ${where}: ${cutText(text, width, where)}`);
      }
});

test('Long texts of any kind are measured and cut in a few milliseconds each.', () => {
  const started = performance.now();
  for (const text of [`${'y'.repeat(32_768)}…`, '日本'.repeat(16_384), '👩‍👩‍👧'.repeat(4096), '\u0301'.repeat(32_768)])
    for (let i = 0; i < 10; i++) assert.ok(measureWidth(cutText(text, 80, 'end')) <= 80);
  assert.ok(performance.now() - started < 4000, `${performance.now() - started} ms`);
});
