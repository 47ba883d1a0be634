// Help, by every way that people ask for it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
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
  assert.match(usual?.stdout ?? '', /^Usage: nscope \[VERB\] \[OPTIONS\] \[TARGET\.\.\.\]$/m);
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

test('What a TARGET is has a page of its own, which the help of each verb with a TARGET names.', () => {
  const [page, capital, ...verbs] = runInTurn([
    ['help', 'target'],
    ['help', 'TARGET'],
    ...verbNames.map((name) => ['help', name]),
  ]);
  assert.match(page?.stdout ?? '', /^A TARGET names one thing/);
  assert.deepEqual([page?.status, page?.stderr, capital?.stdout], [0, '', page?.stdout]);
  const taking = verbs.filter(({ stdout }) => /^ {2}TARGET /m.test(stdout));
  assert.ok(taking.length >= 7);
  for (const { stdout, words } of taking)
    assert.match(stdout.replace(/\s+/g, ' '), /nscope help target/, words.join(' '));
});

test('help prints the files that nscope brings, and says which of them are not there.', () => {
  const [schema, page, sbom] = runInTurn([
    ['help', 'schema'],
    ['help', 'page'],
    ['help', 'sbom'],
  ]);
  assert.equal(schema?.stdout, readFileSync('dist/snapshot.schema.json', 'utf8'));
  assert.equal(page?.stdout, readFileSync('man/nscope.1', 'utf8'));
  assert.equal(sbom?.status, 2);
  assert.equal(
    sbom?.stderr,
    'nscope: help sbom: this installation of nscope has no nscope.cdx.json; an executable has it\n',
  );
});

test('A word too many after help is refused, and a word of habit leads to the verb.', () => {
  const outcomes = runInTurn([
    ['help', 'ls', 'nope'],
    ['help', 'nope', 'ls'],
    ['help', 'exec'],
    ['help', 'targt'],
  ]);
  const said = [
    'help: too many arguments: "nope"; it takes one VERB, or target, licences, page, schema, sbom',
    /^nscope: there is no verb "nope"; there are: .*, target, licences, page, schema, sbom\n$/,
    'there is no verb "exec"; did you mean enter?',
    'there is no verb "targt"; did you mean target?',
  ];
  for (const [i, { status, stdout, stderr }] of outcomes.entries()) {
    assert.deepEqual([status, stdout], [2, '']);
    const expected = said[i];
    if (expected instanceof RegExp) assert.match(stderr, expected);
    else assert.equal(stderr, `nscope: ${expected}\n`);
  }
});
