// docs/api.md is what the docstrings of the library say now, and none is wanting.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const document = readFileSync('docs/api.md', 'utf8');

test('The API reference is current.', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/api-reference.js', '--check'], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
});

test('Every export stands in the API reference with a sentence about it.', async () => {
  const exports = [...document.matchAll(/^#### (\S+)\n\n(.*)/gm)].map(([, name = '', next = '']) => ({ name, next }));
  const names = new Set(exports.map(({ name }) => name));
  assert.equal(names.size, exports.length, 'none stands there twice');
  const library = Object.keys(await import('../src/index.ts'));
  assert.ok(library.length > 50);
  assert.deepEqual(
    library.filter((name) => !names.has(name)),
    [],
  );
  assert.deepEqual(
    exports.filter(({ next }) => next.startsWith('```')).map(({ name }) => name),
    [],
    'have no docstring',
  );
});
