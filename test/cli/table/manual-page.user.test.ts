// The manual page, as the programs read it that show it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { formatManualPage } from '../../../src/cli/table/manual-page.ts';
import { usualVerb, verbs } from '../../../src/cli/table/verbs.ts';
import { missing } from '../../tiers.ts';

for (const words of [
  ['mandoc', '-T', 'lint', '-W', 'all'],
  ['groff', '-ww', '-man', '-T', 'utf8', '-P', '-c'],
] as const) {
  const [command, ...rest] = words;
  test(`${command} has nothing to say against the manual page.`, {
    skip: missing({ commands: [command] }),
  }, async () => {
    const page = await formatManualPage(verbs, usualVerb, '1.2.3', '2026-01-02');
    const { status, stdout, stderr } = spawnSync(command, rest, { input: page, encoding: 'utf8' });
    assert.equal(stderr, '');
    assert.equal(status, 0, stdout);
    // What lint finds is on standard output; a page that was shown holds its names.
    if (command === 'mandoc') assert.equal(stdout, '');
    else for (const { name } of verbs) assert.ok(stdout.includes(`nscope ${name}`), name);
  });
}
