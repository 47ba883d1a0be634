import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { missing } from '../tiers.ts';

const program = fileURLToPath(new URL('../../bench/mounts.js', import.meta.url));

function countLoad(): number {
  const { stdout } = spawnSync('ps', ['-e', '-o', 'comm='], { encoding: 'utf8' });
  return stdout.split('\n').filter((comm) => comm.trim() === 'mountinfo').length;
}

test('The bench of mounts reads the same mounts in each way, prints ratios and leaves nothing running.', {
  skip: missing({ root: true, commands: ['cc', 'ps'] }),
}, () => {
  const before = countLoad();
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, '3', '4', '2'], {
    encoding: 'utf8',
    timeout: 120_000,
  });
  assert.equal(status, 0, stderr);
  const [title = '', ...lines] = stdout.trim().split('\n');
  assert.ok(Number(/^(\d+) mounts in 3 mount namespaces/.exec(title)?.[1]) >= 12, title);
  assert.equal(lines.length, 5);
  for (const line of lines) assert.match(line, /^\S.* +[\d.]+ ms {2}\([\d.]+ to [\d.]+\) {2}[\d.]+ of the C loop$/);
  assert.ok(countLoad() <= before);
});
