// Help on screens of several widths.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeHelp } from '../../../src/cli/line/print-help.ts';
import { parseOptionFlags } from '../../../src/cli/options/option-flags.ts';
import { verbs } from '../../../src/cli/table/verbs.ts';

test('Help fits the screen, down to 40 columns; a command to copy alone may be longer.', async () => {
  for (const width of [40, 60, 80, 100])
    for (const verb of [undefined, 'target' as const, ...verbs]) {
      const lines = await describeHelp(verb, width);
      const examples = typeof verb === 'object' ? verb.examples : [];
      const kept = new Set(examples.map(({ command }) => command));
      const tooLong = lines.filter((line) => line.length > width && !kept.has(line.trim()));
      const others = tooLong.filter((line) => !line.startsWith('  such as: '));
      assert.deepEqual(others, [], `${typeof verb === 'object' ? verb.name : verb}, ${width} columns`);
    }
});

test('On a narrow screen every option is named, with its meaning beside or below it.', async () => {
  for (const verb of verbs) {
    const lines = (await describeHelp(verb, 40)).join('\n').replace(/^.*\nOptions:\n/s, '');
    for (const { flags, meaning } of verb.options) {
      const [word = ''] = meaning.split(' ');
      const place = lines.indexOf(flags);
      assert.ok(place >= 0, `${verb.name} ${parseOptionFlags(flags).long}`);
      assert.match(lines.slice(place + flags.length), new RegExp(`^\\s+${word.replace(/\W/g, '\\$&')}`));
    }
  }
});
