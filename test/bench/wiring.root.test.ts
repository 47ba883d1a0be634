import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { missing } from '../tiers.ts';

const program = fileURLToPath(new URL('../../bench/wiring.js', import.meta.url));

test('The bench of wiring finds every end, compares with the C program, and leaves no namespace.', {
  skip: missing({ root: true, commands: ['cc', 'ip'] }),
}, () => {
  const { pid, status, stdout, stderr } = spawnSync(process.execPath, [program, '8', '2'], {
    encoding: 'utf8',
    timeout: 120_000,
  });
  assert.equal(status, 0, stderr);
  for (const line of [
    /^8 namespaces, 25 links;/m,
    /^ {2}CPU {3}C .*, wiring .* \(at most 2\)$/m,
    /^CPU time of wiring grows/m,
  ])
    assert.match(stdout, line);
  assert.deepEqual(
    readdirSync('/run/netns').filter((name) => name.startsWith(`nsw${pid}`)),
    [],
  );
});
