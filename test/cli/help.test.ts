// Help, by every way that people ask for it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verbNames } from '../../src/cli/table/verbs.ts';
import { runInTurn } from './run-nscope.ts';

test('The help of nscope is the same however it is asked for, and ends with status 0.', () => {
  const [usual, ...others] = runInTurn([
    ['--help'],
    ['-h'],
    ['help'],
    ['help', '--help'],
    ['help', '-h'],
    ['help', 'help'],
  ]);
  assert.match(usual?.stdout ?? '', /^Usage: nscope \[VERB\] \[OPTIONS\] \[WORDS\]$/m);
  for (const name of verbNames) assert.match(usual?.stdout ?? '', new RegExp(`^ {2}${name}\\b`, 'm'));
  assert.equal(others.length, 5);
  for (const { words, status, stdout, stderr } of others)
    assert.deepEqual([status, stdout, stderr], [0, usual?.stdout, ''], words.join(' '));
});

test('The help of a verb is the same before and behind it.', () => {
  const outcomes = runInTurn(
    verbNames.flatMap((name) => [
      ['help', name],
      [name, '--help'],
    ]),
  );
  for (const [index, name] of verbNames.entries()) {
    const [before, behind] = outcomes.slice(2 * index);
    assert.match(before?.stdout ?? '', new RegExp(`^Usage: nscope ${name}\\b`, 'm'));
    assert.deepEqual([before?.status, before?.stdout], [0, behind?.stdout]);
  }
});

test('Help for what is no verb names it and what may have been meant, with status 2.', () => {
  const [outcome] = runInTurn([['help', 'holdrs']]);
  assert.equal(outcome?.status, 2);
  assert.match(outcome?.stderr ?? '', /^nscope: there is no verb "holdrs"; .*holders/);
});
