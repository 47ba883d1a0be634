// docs/reference/columns.md and json.md are what the tables of columns, the schema and the events say now.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { verbs } from '../src/cli/table/verbs.ts';
import { snapshotSchema } from '../src/model/snapshot/schema.ts';

test('The references of columns and JSON are current.', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/data-reference.js', '--check'], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
});

test('The reference of columns has every column of every verb.', async () => {
  const text = readFileSync('docs/reference/columns.md', 'utf8');
  let count = 0;
  for (const verb of verbs) {
    if (!verb.columns) continue;
    assert.match(text, new RegExp(`^## .*\\bnscope ${verb.name}\\b`, 'm'));
    for (const { name } of await verb.columns()) {
      assert.ok(text.includes(`\n| \`${name}\` |`), `${verb.name}: ${name}`);
      count++;
    }
  }
  assert.ok(count > 60, `${count} columns`);
});

test('The reference of JSON has every field of a namespace and every event.', () => {
  const text = readFileSync('docs/reference/json.md', 'utf8');
  const fields = Object.keys(snapshotSchema.properties.namespaces.items.properties);
  assert.ok(fields.length > 15, `${fields.length} fields`);
  for (const name of fields) assert.match(text, new RegExp(`^\\| \`namespaces\\[\\]\\.${name}\\??\` \\|`, 'm'), name);
  const events = [...readFileSync('docs/events.md', 'utf8').matchAll(/^\| ((?:`[a-z]+`(?:, )?)+) \|/gm)].flatMap(
    ([, words = '']) => words.match(/[a-z]+/g) ?? [],
  );
  const [, told = ''] = text.split('\n## Events\n');
  const names = events.filter((name) => told.includes(`\`${name}\``));
  assert.ok(names.length >= 12, names.join(' '));
});
