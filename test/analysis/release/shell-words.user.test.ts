// Words as real shells read them back.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatCommand, quoteWord } from '../../../src/analysis/release/shell-words.ts';
import { parseText } from '../../../src/parse/text/text.ts';
import { missing } from '../../tiers.ts';

const shells = ['sh', 'dash', 'bash', 'zsh'];

/** What means something to one of them, and bytes of any value but NUL. */
const tricky = [
  '',
  '-n',
  '-',
  '%s',
  '\\',
  "'",
  '"',
  '$(id)',
  '`id`',
  '!!',
  '*',
  '~',
  '#',
  'a\n',
  '\n\n',
  '\t',
  '\u{1f480}',
];
const words = fc.array(
  fc.oneof(fc.constantFrom(...tricky), fc.uint8Array({ min: 1, minLength: 1, maxLength: 12 }).map(parseText)),
  { minLength: 1, maxLength: 6 },
);

for (const shell of shells)
  test(`${shell} reads every word as it was, and nothing in it is carried out or obeyed by a terminal.`, {
    skip: missing({ commands: [shell] }),
  }, () => {
    const check = (list: readonly string[]) => {
      const command = formatCommand(['printf', '%s|', ...list, 'end']);
      assert.match(command, /^[\x20-\x7e]*$/, JSON.stringify(list));
      const { stdout, status, stderr } = spawnSync(shell, ['-c', command]);
      assert.equal(status, 0, `${command}: ${stderr.toString()}`);
      assert.equal(parseText(stdout), [...list, 'end', ''].join('|'), command);
    };
    for (const word of tricky) check([word]);
    fc.assert(fc.property(words, check), { numRuns: 80 });
  });

test('A plain word is left as it is, and one with a blank is put between quotes.', () => {
  assert.equal(quoteWord('/run/netns/blue'), '/run/netns/blue');
  assert.equal(quoteWord("a b's"), "'a b'\\''s'");
  assert.equal(quoteWord('/mnt/a\udcff1'), `"$(printf '/mnt/a\\3771')"`);
});
