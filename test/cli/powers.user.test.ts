// nscope caps and nscope compare, as an ordinary user runs them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { hold, readLinksOf } from '../held-process.ts';
import { missing } from '../tiers.ts';
import { main, runNscope } from './run-nscope.ts';

const skip = missing({ unprivileged: true, commands: ['unshare'] });

test('caps tells an ordinary user what they may do to a namespace of their own, and that they may do nothing to the host’s.', {
  skip,
}, async () => {
  const held = await hold('unshare', ['-Urn', 'sh', '-c', 'echo; exec sleep 99']);
  try {
    const { net } = readLinksOf(held.pid);
    const own = runNscope(['caps', 'self', `net:[${net}]`]);
    assert.equal(own.status, 0, own.stderr);
    assert.match(own.stdout, /uid 65534, in user:\[\d+\]/);
    assert.match(own.stdout, new RegExp(`^ +net:\\[${net}\\] +enter$`, 'm'));
    assert.match(own.stdout, /enter +yes, once it has entered the user namespace that owns it/);
    assert.equal(runNscope(['caps', 'self', `net:[${net}]`, '--cap', 'net_admin']).status, 0);
    const others = runNscope(['caps', 'self', 'self', '--json']);
    assert.equal(others.status, 1, others.stderr);
    const { powers } = JSON.parse(others.stdout) as { powers: { powers: { verdict: string } }[] };
    assert.deepEqual(
      powers.map((one) => one.powers.verdict),
      Array(8).fill('none'),
    );
    assert.equal(runNscope(['caps', String(held.pid), `net:[${readLinksOf(process.pid).net}]`]).status, 1);
  } finally {
    await held.end();
  }
});

test('caps says what is wrong with its words.', { skip }, () => {
  const cases: readonly (readonly [number, RegExp, ...string[]])[] = [
    [2, /there is no capability CAP_NET_ADMN; did you mean CAP_NET_ADMIN\?/, 'self', 'self', '--cap', 'net_admn'],
    [2, /there is no process 4000000 here/, '4000000', 'self'],
    [2, /no net namespace is called "nowhere" here/, 'self', 'net:nowhere'],
    [2, /caps takes a process as its first word/, 'net:self', 'self'],
    [2, /missing argument/, 'self'],
  ];
  for (const [status, message, ...words] of cases) {
    const outcome = runNscope(['caps', ...words.map((word) => word.replace('net:self', `net:${process.pid}`))]);
    assert.match(outcome.stderr, message);
    assert.equal(outcome.status, status, outcome.stderr);
  }
});

test('compare tells inside a sandbox what it shares with the host, with and without the host’s PIDs.', { skip }, () => {
  for (const [words, pid] of [
    [['-Urn'], 'yes'],
    [['-Urnpf', '--mount-proc'], 'no'],
  ] as const) {
    const { status, stdout, stderr } = spawnSync('unshare', [...words, process.execPath, main, 'compare'], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    const shared = new Map(
      stdout
        .split('\n')
        .map((line) => line.split(/ +/) as [string, string, string])
        .map((row) => [row[0], row[2]]),
    );
    assert.match(shared.get('net') ?? '', /^~?no$/);
    assert.match(shared.get('uts') ?? '', /^~?yes$/);
    assert.equal(shared.get('pid')?.replace('~', ''), pid);
  }
});

test('show gives capabilities by name and the maps of the user namespace.', { skip }, () => {
  const { status, stdout } = spawnSync('unshare', ['-Ur', process.execPath, main, 'show', 'self'], {
    encoding: 'utf8',
  });
  assert.equal(status, 0);
  assert.match(stdout, /^ +effective +all capabilities$/m);
  assert.match(stdout, /^ +uid map +0 inside is 65534 outside$/m);
  assert.match(stdout, /^ +seccomp +(off|filter.*)$/m);
});
