// The table of experiments.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { experiments } from '../../src/lab/experiments.ts';
import { experimentNames } from '../../src/lab/stage/experiment-names.ts';

test('Every experiment has a name of its own, a claim of one sentence, and a row in the document.', () => {
  assert.ok(experiments.length > 0);
  assert.deepEqual(
    experiments.map(({ name }) => name),
    experimentNames,
  );
  const document = readFileSync('docs/lab.md', 'utf8');
  for (const { name, claim } of experiments) {
    assert.match(name, /^[a-z]+(-[a-z]+)*$/);
    assert.match(claim, /^[^.]+\.$/);
    assert.ok(document.includes(`\n| ${name} | `), `docs/lab.md has no row for ${name}`);
  }
  const rows = document.match(/^\| [a-z]+(-[a-z]+)+ \| /gm) ?? [];
  for (const row of rows)
    assert.ok(
      experiments.some(({ name }) => row === `| ${name} | `),
      row,
    );
});
