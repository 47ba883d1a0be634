// Words as real shells read them back.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { formatCommand, quoteWord } from '../../../src/analysis/release/shell-words.ts';
import { parseText } from '../../../src/parse/text/text.ts';
import { Random } from '../../random.ts';
import { missing } from '../../tiers.ts';

const shells = ['sh', 'dash', 'bash', 'zsh'];

function makeWords(): string[] {
  const random = new Random(7);
  const words = [
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
  for (let i = 0; i < 120; i++) {
    const bytes = Array.from({ length: 1 + random.below(12) }, () => 1 + random.below(255));
    words.push(parseText(Uint8Array.from(bytes)));
  }
  return words;
}

for (const shell of shells)
  test(`${shell} reads every word as it was, and nothing in it is carried out or obeyed by a terminal.`, {
    skip: missing({ commands: [shell] }),
  }, () => {
    const words = makeWords();
    for (const word of words) {
      const command = formatCommand(['printf', '%s|', word, 'end']);
      assert.match(command, /^[\x20-\x7e]*$/, JSON.stringify(word));
      const { stdout, status, stderr } = spawnSync(shell, ['-c', command]);
      assert.equal(status, 0, `${command}: ${stderr.toString()}`);
      assert.equal(parseText(stdout), `${word}|end|`, command);
    }
  });

test('A plain word is left as it is, and one with a blank is put between quotes.', () => {
  assert.equal(quoteWord('/run/netns/blue'), '/run/netns/blue');
  assert.equal(quoteWord("a b's"), "'a b'\\''s'");
  assert.equal(quoteWord('/mnt/a\udcff1'), `"$(printf '/mnt/a\\3771')"`);
});
