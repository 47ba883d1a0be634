// Exit statuses: one table for code, help, manual page and docs/reference/errors.md.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { exitStatuses, listExitStatuses } from '../../../src/cli/help/exit-statuses.ts';
import { describeHelp } from '../../../src/cli/line/print-help.ts';
import { formatManualPage } from '../../../src/cli/table/manual-page.ts';
import { usualVerb, verbs } from '../../../src/cli/table/verbs.ts';
import { escapeRoff } from '../../../src/render/lines/roff.ts';

test('docs/reference/errors.md has the exit statuses of every verb, and those that some have of their own.', () => {
  const rows = readFileSync('docs/reference/errors.md', 'utf8')
    .split('\n')
    .filter((line) => /^\| (?:`\w+`.* )?\|? ?(?:\d|N)/.test(line));
  const owners = new Map<unknown, string[]>();
  for (const { name, statuses } of verbs)
    if (statuses) owners.set(statuses, [...(owners.get(statuses) ?? []), `\`${name}\``]);
  assert.ok(owners.size > 3);
  const own = verbs.flatMap(({ name, statuses = [] }) => {
    const names = owners.get(statuses) ?? [];
    return names[0] === `\`${name}\`` ? statuses.map((row) => `| ${names.join(', ')} | ${row.join(' | ')} |`) : [];
  });
  assert.deepEqual(rows, [...exitStatuses.map((row) => `| ${row.join(' | ')} |`), ...own]);
});

test('Every exit status that an error carries is in the table.', () => {
  const known = exitStatuses.map(([status]) => status);
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const carried = files.flatMap((file) =>
    [...readFileSync(join('src', file), 'utf8').matchAll(/\bexitStatus = (\d+)/g)].map(([, status = '']) => status),
  );
  assert.ok(carried.length >= 9, `${carried.length} were found`);
  for (const status of carried) assert.ok(known.includes(status), status);
});

test('The help of every verb, and the manual page, have its exit statuses.', async () => {
  const page = await formatManualPage(verbs, usualVerb, '1.2.3', '2026-01-02');
  for (const [, meaning] of exitStatuses) assert.match(page, new RegExp(`^${meaning}\\.$`, 'im'));
  for (const verb of verbs) {
    const help = (await describeHelp(verb, 200)).join('\n');
    const part = page.split('\n.SS ').find((one) => one.startsWith(`"nscope ${verb.name}"`)) ?? '';
    const statuses = listExitStatuses(verb);
    assert.ok(statuses.length >= 3, verb.name);
    for (const [status, meaning] of statuses) {
      assert.ok(new RegExp(`^ {2}${status.replace('+', '\\+')} +`, 'm').test(help) && help.includes(meaning), help);
      if (verb.statuses)
        assert.ok(part.replaceAll('\n', ' ').includes(escapeRoff(meaning)), `${verb.name}: ${meaning}`);
    }
  }
});
