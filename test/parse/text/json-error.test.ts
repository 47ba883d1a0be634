// The place where a text stops being JSON.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { findJsonError } from '../../../src/parse/text/json-error.ts';
import { editedText } from '../edited.ts';

test('JSON has no error.', () => {
  const texts = [
    '{}',
    '[]',
    ' [1, -0.5e+3, "a\\u00e9\\n", true, false, null, {"a": [], "b": {"c": ""}}] \n',
    '"x"',
    '0',
    JSON.stringify('y'.repeat(3_000_000)),
  ];
  for (const text of texts) assert.equal(findJsonError(text), undefined, text.slice(0, 80));
});

test('A wrong character is found where it stands.', () => {
  const cases: [string, number][] = [
    ['{"a";1}', 4],
    ['{"a":1,}', 7],
    ['[1,]', 3],
    ['[1 2]', 3],
    ['{a:1}', 1],
    ['[}', 1],
    ['{]', 1],
    ['{"a":}', 5],
    ['[01]', 2],
    ['"a\nb"', 2],
    ['"\\x"', 2],
    ['"\\u12g4"', 5],
    ['{} x', 3],
    ['nul ', 0],
    ['\u0000', 0],
  ];
  for (const [text, at] of cases) assert.equal(findJsonError(text), at, JSON.stringify(text));
});

test('Every beginning of a JSON text ends too early and has no other error.', () => {
  const text = '{"a": [1, -2.5, "x\\"\\u00e9", true], "b": {"c": null}}';
  for (let length = 0; length < text.length; length++) {
    const part = text.slice(0, length);
    if (/-$|\.$/.test(part)) continue;
    assert.equal(findJsonError(part), length, part);
  }
});

test('It agrees with JSON.parse on a text of which each character in turn was replaced.', () => {
  const text = '{"a": [1, -2.5e1, "x\\n", true], "b": {"c": null}}';
  let wrong = 0;
  for (let i = 0; i < text.length; i++)
    for (const character of ['"', '}', ']', ',', ':', '0', 'x', '\\', ' ', '\n']) {
      const changed = text.slice(0, i) + character + text.slice(i + 1);
      let parses = true;
      try {
        JSON.parse(changed);
      } catch {
        parses = false;
        wrong++;
      }
      assert.equal(findJsonError(changed) === undefined, parses, changed);
    }
  assert.ok(wrong > 100);
});

test('It agrees with JSON.parse on any JSON with a few characters changed, and what comes before the place is a beginning.', () => {
  let [right, wrong] = [0, 0];
  const texts = fc.json({ maxDepth: 4 }).chain(editedText);
  fc.assert(
    fc.property(texts, (text) => {
      const at = findJsonError(text);
      let parses = true;
      try {
        JSON.parse(text);
      } catch {
        parses = false;
      }
      assert.equal(at === undefined, parses);
      if (at === undefined) right++;
      else {
        wrong++;
        const before = findJsonError(text.slice(0, at));
        assert.ok(before === undefined || before === at, `${before}, not ${at}`);
      }
    }),
    { numRuns: 2000 },
  );
  assert.ok(right > 100 && wrong > 100, `${right} right, ${wrong} wrong`);
});
