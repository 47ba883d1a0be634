// nscope lab as an ordinary user.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { experiments } from '../../src/lab/experiments.ts';
import type { ExperimentReport } from '../../src/model/evidence/experiment-report.ts';
import { main, runNscope } from '../cli/run-nscope.ts';
import { missing } from '../tiers.ts';

const skip = missing({ unprivileged: true, commands: ['unshare', 'mount', 'hostname', 'md5sum', 'chroot'] });

/** What needs root, or what this kernel does otherwise than the documents say. */
const others: Readonly<Record<string, RegExp>> = {
  'fixed-inodes': /^not permitted here$/,
  'net-directory': /^(as described|differs on this kernel)$/,
  'device-number': /^differs on this kernel$/,
  'ns-cgroup': /^(differs on this kernel|not permitted here)$/,
};

test('An ordinary user sees the same in user namespaces, and is told what is refused.', { skip }, () => {
  const { status, stdout, stderr } = runNscope(['lab', 'all', '--json'], '', { timeout: 170_000 });
  assert.equal(status, 1, stderr);
  const { experiments: reports } = JSON.parse(stdout) as { experiments: readonly ExperimentReport[] };
  assert.deepEqual(
    reports.map(({ name }) => name),
    experiments.map(({ name }) => name),
  );
  for (const report of reports)
    assert.match(report.verdict, others[report.name] ?? /^as described$/, JSON.stringify(report, undefined, 2));
  const refused = reports.find(({ name }) => name === 'fixed-inodes');
  assert.match(refused?.reason ?? '', /links of kthreadd, in \/proc\/2\/ns, are for root alone/);
});

test('Where user namespaces are forbidden the verdict is that it is not permitted, with the setting.', { skip }, () => {
  const script = 'echo 0 >/proc/sys/user/max_user_namespaces && exec setpriv --bounding-set=-all --inh-caps=-all "$@"';
  const { stdout, status } = runThrough(script, ['lab', 'first-process']);
  assert.match(stdout, /^first-process: not permitted here$/m);
  assert.match(stdout, /a limit is reached: user\.max_user_namespaces is 0 here/);
  assert.equal(status, 3);
});

function runThrough(script: string, words: readonly string[]) {
  const { status, stdout } = runNscope([
    'run',
    '--map-root',
    '--',
    'sh',
    '-c',
    script,
    'sh',
    process.execPath,
    main,
    ...words,
  ]);
  return { status, stdout };
}

test('Without a name the experiments are listed, and a wrong name is told with the one that was meant.', {
  skip,
}, () => {
  const { stdout, status } = runNscope(['lab']);
  assert.equal(status, 0);
  for (const { name, claim } of experiments)
    assert.match(stdout.replaceAll(claim, '='), new RegExp(`^ *${name} +=$`, 'm'));
  const wrong = runNscope(['lab', 'first-proces']);
  assert.equal(wrong.status, 2);
  assert.match(wrong.stderr, /there is no experiment "first-proces"; did you mean first-process\?/);
});
