import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { describeExpectations } from './expectations.ts';
import { describeRefusals } from './refused-programs.ts';

test('The page on hiding places says of every place what the suite expects to be found on which kernel.', () => {
  const page = readFileSync('docs/hiding-places.md', 'utf8');
  const rows = [...describeExpectations(), ...describeRefusals()];
  assert.ok(rows.length > 20);
  for (const cells of rows) {
    const row = `| ${cells.join(' | ')} |`.replaceAll(/ {2,}/g, ' ');
    assert.ok(page.includes(`${row}\n`), `docs/hiding-places.md lacks the row\n${row}`);
  }
});
