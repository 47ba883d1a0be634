import assert from 'node:assert/strict';
import { test } from 'node:test';
import { styleText } from 'node:util';
import { namespaceTypes } from '../../../src/model/snapshot/namespace-types.ts';
import { makePalette } from '../../../src/render/words/colours.ts';

const palette = makePalette((style, text) => styleText(style, text, { validateStream: false }));

function sequencesOf(text: string): number[] {
  return [...text.matchAll(/\x1b\[(\d+)m/g)].map(([, code]) => Number(code));
}

test('Each type looks different, and none has a colour that light or dark backgrounds swallow.', () => {
  const looks = namespaceTypes.map((type) => sequencesOf(palette.types[type]('x')));
  assert.equal(new Set(looks.map(String)).size, namespaceTypes.length);
  for (const codes of looks) {
    assert.ok(codes.length > 0);
    // Black, yellow, white and the bright ones.
    for (const code of codes) assert.ok(![30, 33, 37].includes(code) && code < 90, String(codes));
    if (codes.includes(34)) assert.ok(codes.includes(1), 'blue is bold');
  }
});

test('Without a styler nothing is painted.', () => {
  const plain = makePalette();
  for (const type of namespaceTypes) assert.equal(plain.types[type]('x'), 'x');
  assert.deepEqual([plain.faint('x'), plain.strong('x'), plain.colours], ['x', 'x', false]);
});
