// The rules and their pages.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { rules } from '../../../src/analysis/rules/index.ts';

const sections = ['What it means', 'How to see it', 'What fixes it'];

test('Every rule has a code of its own, and a page that says what it means, how to see it and what fixes it.', () => {
  assert.ok(rules.length > 0);
  assert.equal(new Set(rules.map(({ code }) => code)).size, rules.length);
  for (const { code } of rules) {
    assert.match(code, /^[a-z]+(?:-[a-z]+)+$/);
    const page = readFileSync(`docs/findings/${code}.md`, 'utf8');
    assert.ok(page.startsWith(`# ${code}\n`), code);
    for (const section of sections) assert.ok(page.includes(`**${section}.**`), `${code}: ${section}`);
  }
});

test('Every page of a finding is that of a rule, and every rule is a file of its code.', () => {
  const codes = rules.map(({ code }) => code).sort();
  const names = (folder: string, ending: string, but: string) =>
    readdirSync(folder)
      .filter((name) => name.endsWith(ending) && name !== but)
      .map((name) => name.slice(0, -ending.length))
      .sort();
  assert.deepEqual(names('docs/findings', '.md', 'README.md'), codes);
  assert.deepEqual(names('src/analysis/rules', '.ts', 'index.ts'), codes);
});
