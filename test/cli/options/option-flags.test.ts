import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptionFlags } from '../../../src/cli/options/option-flags.ts';
import { verbs } from '../../../src/cli/table/verbs.ts';

test('Flags are taken apart into dashes, value, and whether it is optional or several.', () => {
  assert.deepEqual(parseOptionFlags('-j, --json'), { short: '-j', long: '--json', optional: false, several: false });
  assert.deepEqual(parseOptionFlags('-t, --type TYPE,...'), {
    short: '-t',
    long: '--type',
    value: 'TYPE',
    optional: false,
    several: true,
  });
  assert.deepEqual(parseOptionFlags('--tree[=KIND]'), {
    long: '--tree',
    value: 'KIND',
    optional: true,
    several: false,
  });
  assert.deepEqual(parseOptionFlags('--from FILE'), { long: '--from', value: 'FILE', optional: false, several: false });
});

test('Flags that nobody could write are an error.', () => {
  for (const flags of ['json', '-json', '--json file', '--tree=[KIND]', '-j,--json', '--Type X', ''])
    assert.throws(() => parseOptionFlags(flags), /cannot read the flags/, flags);
});

test('The flags of every option of every verb can be read.', () => {
  const all = verbs.flatMap(({ options }) => options);
  assert.ok(all.length > 5);
  for (const { flags } of all) assert.ok(parseOptionFlags(flags).long.length > 2, flags);
});
