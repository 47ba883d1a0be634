// Inference where /proc hides more than links, or belongs to another pid namespace.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import type { Snapshot } from '../../../src/model/snapshot/schema.ts';
import { main } from '../../cli/run-nscope.ts';
import { missing } from '../../tiers.ts';

const skip = missing({ root: true, commands: ['unshare', 'mount', 'setpriv'] });

/** Takes a snapshot as nobody after the host's /proc was mounted anew in a mount namespace of its own. */
function snapshotBehind(mounting: string): Snapshot {
  const words = `setpriv --reuid=65534 --regid=65534 --clear-groups "$0" "$1" snapshot --compact`;
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    ['-m', '--propagation', 'private', 'sh', '-c', `${mounting} && ${words}`, process.execPath, main],
    { encoding: 'utf8', cwd: '/', maxBuffer: 2 ** 28, timeout: 60_000 },
  );
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as Snapshot;
}

test('With hidepid=1 nothing is inferred of processes whose files are refused, and nothing fails.', { skip }, () => {
  const { processes, unnumbered, coverage } = snapshotBehind('mount -t proc -o hidepid=1 proc /proc');
  const init = processes.find(({ pid }) => pid === 1);
  assert.equal(init?.inferred, undefined);
  assert.deepEqual(unnumbered, []);
  assert.match(coverage.reasons.join('\n'), /hidepid=/);
});

test('With hidepid=2 processes that do not appear are in no group.', { skip }, () => {
  const { processes, unnumbered } = snapshotBehind('mount -t proc -o hidepid=2 proc /proc');
  assert.ok(processes.length > 0 && processes.every(({ uid }) => uid === 65534));
  assert.deepEqual(unnumbered, []);
});

test('Files of /proc that are masked, as engines do, take away what they would tell and no more.', { skip }, () => {
  const { processes } = snapshotBehind('mount --bind /dev/null /proc/1/mountinfo');
  const init = processes.find(({ pid }) => pid === 1);
  assert.equal(init?.inferred?.mnt, undefined);
  assert.equal(init?.inferred?.net?.certainty, 'certain');
});
