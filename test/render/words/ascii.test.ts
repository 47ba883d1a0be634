import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layOutTree } from '../../../src/analysis/graph/tree-layout.ts';
import { toAscii } from '../../../src/render/words/ascii.ts';
import { cutText } from '../../../src/render/words/text-width.ts';

test('What nscope draws has an ASCII form of the same width.', () => {
  const prefixes = layOutTree([1, 2, 3, 4], (n) => ({ 2: 1, 3: 2, 4: 1 })[n]).map(({ prefix }) => prefix);
  assert.deepEqual(prefixes.map(toAscii), ['', '|-', '| `-', '`-']);
  assert.equal(toAscii('│ ╪═ ══ ───▲▼'), '| += == ---^v');
  assert.equal(toAscii(cutText('bwrap --unshare-all', 10, 'end')), 'bwrap --u>');
  assert.equal(toAscii(cutText('/proc/1/root/run', 9, 'middle')), '/pro>/run');
});

test('Points stand for what is left out where they stand alone, and an apostrophe and an arrow are what they were.', () => {
  assert.equal(toAscii('… 12 more lines: --json'), '... 12 more lines: --json');
  assert.equal(toAscii('the host’s: 1 → 2'), "the host's: 1 -> 2");
});
