// A verb and nothing behind it, which is understood without the parser.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCommandLine } from '../../../src/cli/line/parse-command-line.ts';
import { takeVerbAlone } from '../../../src/cli/line/verb-alone.ts';
import { verbs } from '../../../src/cli/table/verbs.ts';

test('A verb alone, and no verb at all, mean what the parser says they mean.', async () => {
  let taken = 0;
  for (const argv of [[], ...verbs.map(({ name }) => [name])]) {
    const alone = takeVerbAlone(argv);
    if (!alone) continue;
    taken++;
    const parsed = await parseCommandLine(argv);
    assert.deepEqual({ ...alone, options: { ...alone.options } }, { ...parsed, options: { ...parsed?.options } });
  }
  assert.ok(taken > 5, `${taken} verbs`);
});

test('What has more words, is no verb, or lacks a word that it wants is left to the parser.', () => {
  for (const argv of [['ls', '--json'], ['--json'], ['help'], ['--help'], ['lss'], ['pid'], ['']])
    assert.equal(takeVerbAlone(argv), undefined, argv.join(' '));
});
