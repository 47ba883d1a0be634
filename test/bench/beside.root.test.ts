// Two builds of nscope, measured in turn.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { missing } from '../tiers.ts';

const program = fileURLToPath(new URL('../../bench/beside.js', import.meta.url));

test('Beside itself a build is measured with every command line, and a directory without a build is refused.', {
  skip: missing({ root: true, commands: ['cc'] }),
}, () => {
  const run = (...words: string[]) =>
    spawnSync(process.execPath, [program, ...words], { encoding: 'utf8', timeout: 240_000 });
  const { stdout, stderr } = run('.', '1');
  const shape =
    /^nscope(?: [a-z -]*?)? +(?:clock|CPU) +[\d.]+ ms before, [\d.]+ ms now: [\d.]+; half of the pairs from [\d.]+ to [\d.]+$/;
  const lines = stdout.trim().split('\n');
  assert.equal(lines.length, 6, stderr);
  for (const line of lines) assert.match(line, shape);
  assert.match(run(join('test', 'bench')).stderr, /nscope\.cjs is missing: npm ci && npm run build/);
});
