import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missing, tierOf, tiers } from './tiers.ts';

test('The name of a test file gives its tier, and a name without one is pure.', () => {
  assert.equal(tierOf('test/parse/proc/stat.test.ts').name, 'pure');
  for (const { name } of tiers) assert.equal(tierOf(`build/js/test/room/some-file.${name}.test.js`).name, name);
});

test('A tier that does not exist is an error that lists the tiers.', () => {
  assert.throws(() => tierOf('test/sources/threads.rooot.test.ts'), /no tier is called 'rooot' \(pure, user, root/);
});

test('A skip names everything that is missing, and only that.', () => {
  const needs = { commands: ['sh', 'no-such-command'], files: ['/proc/self/status', '/no/such/file'] };
  assert.equal(missing(needs), 'needs the command no-such-command, a readable /no/such/file');
  assert.equal(missing({ commands: ['sh'] }), false);
});

test('A test is for root or for an unprivileged user, never for both at once.', () => {
  const lacks = [missing({ root: true }), missing({ unprivileged: true })].filter((reason) => reason !== false);
  assert.ok(lacks.length >= 1, 'at least one of the two is missing everywhere');
});
