import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { compile } from '../fixtures/compile.ts';
import { missing } from '../tiers.ts';
import type { StormReport } from './list-in-storm.ts';

const listings = 300;

test(`${listings} listings in a storm of forks: none fails, none invents a namespace or mixes up two processes.`, {
  skip: missing({ root: true, commands: ['cc', 'unshare'] }),
}, () => {
  const storm = compile('test/fixtures/fork-storm.c');
  const program = fileURLToPath(new URL('./list-in-storm.js', import.meta.url));
  const limit = readFileSync('/proc/sys/kernel/pid_max', 'latin1');
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    ['--pid', '--fork', '--kill-child', '--mount-proc', process.execPath, program, String(listings), storm],
    { encoding: 'utf8', timeout: 240_000 },
  );
  assert.equal(status, 0, stderr);
  assert.equal(readFileSync('/proc/sys/kernel/pid_max', 'latin1'), limit);
  const report = JSON.parse(stdout) as StormReport;
  assert.deepEqual(report.wrong.slice(0, 10), []);
  assert.equal(report.listings, listings);
  assert.equal(report.descriptorsAfter, report.descriptorsBefore);
  assert.ok(report.caught > 0, 'no child of the storm was ever listed: nothing was tried');
  assert.ok(report.rounds > 0, 'the numbers of processes were never used again: nothing was tried');
});
