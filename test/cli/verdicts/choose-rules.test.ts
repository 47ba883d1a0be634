// --only and --ignore.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseRules } from '../../../src/cli/verdicts/choose-rules.ts';

const rules = ['name-of-nothing', 'stale-pid-file', 'init-does-not-reap'].map((code) => ({ code }));

test('--only takes these rules, --ignore leaves these out, in the order of the table.', () => {
  const choose = (options: Parameters<typeof chooseRules>[1]) => chooseRules(rules, options).map(({ code }) => code);
  assert.deepEqual(choose({}), ['name-of-nothing', 'stale-pid-file', 'init-does-not-reap']);
  assert.deepEqual(choose({ only: 'stale-pid-file,name-of-nothing' }), ['name-of-nothing', 'stale-pid-file']);
  assert.deepEqual(choose({ ignore: 'stale-pid-file' }), ['name-of-nothing', 'init-does-not-reap']);
  assert.deepEqual(choose({ only: 'stale-pid-file,name-of-nothing', ignore: 'name-of-nothing' }), ['stale-pid-file']);
});

test('A code that no rule has is refused, with the nearest that there is.', () => {
  const refuse = (options: Parameters<typeof chooseRules>[1]) => () => chooseRules(rules, options);
  assert.throws(refuse({ only: 'stale-pidfile' }), {
    name: 'UsageError',
    message: '--only: there is no rule "stale-pidfile"; did you mean stale-pid-file?',
  });
  assert.throws(refuse({ ignore: 'xyz' }), /--ignore: there is no rule "xyz"; there are: name-of-nothing, /);
  assert.throws(refuse({ only: '' }), /--only needs the code of a rule/);
  assert.throws(refuse({ only: 'stale-pid-file', ignore: 'stale-pid-file' }), /leave no rule/);
});
