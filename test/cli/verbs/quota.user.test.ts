// nscope quota where the kernel's counts are not to be had: what an ordinary user sees, inside of a user namespace and out.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { missing } from '../../tiers.ts';
import { main, runInTurn, runNscope } from '../run-nscope.ts';

const skip = missing({ unprivileged: true, commands: ['unshare'] });

/** @param prepare - run as root of a new user namespace, before nscope is */
function quotaInside(prepare: string, ...words: string[]) {
  const script = `${prepare}; exec "$@"`;
  const command = [process.execPath, main, 'quota', ...words];
  const { status, stdout, stderr } = spawnSync('unshare', ['-U', '-r', 'sh', '-c', script, 'sh', ...command], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

test('Limits of the own user namespace are shown with what is seen there, and a remark says that there may be more.', {
  skip,
}, () => {
  const prepare = 'echo 7 > /proc/sys/user/max_net_namespaces; unshare -n sleep 5 & sleep 1';
  const { status, stdout, stderr } = quotaInside(prepare, '--type', 'net');
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^TYPE +USERNS +USER +COUNT +MAX +USED +UNATTRIBUTED$/m);
  assert.match(stdout, /^net +\d+ +\? +1 +7 +14% +\?$/m);
  assert.match(stderr, /the kernel's counts are not known \(.*\): the namespaces that nscope sees are counted/);
});

test('A limit of 0 has a row, and a process there cannot make such a namespace.', { skip }, () => {
  const prepare = 'echo 0 > /proc/sys/user/max_net_namespaces';
  const listed = quotaInside(prepare, '--type', 'net', '--json');
  const { accounts, counted } = JSON.parse(listed.stdout) as { accounts: Record<string, unknown>[]; counted: string };
  assert.equal(counted, 'snapshot');
  const zero = accounts.filter(({ max }) => max === 0);
  assert.deepEqual(
    zero.map(({ type, user, uid, count, left, percent }) => [type, user, uid, count, left, percent]),
    [['net', 'any', null, 0, 0, 100]],
  );
  const asked = quotaInside(prepare, 'self', '--type', 'net');
  assert.equal(asked.status, 1, asked.stderr);
  assert.match(asked.stdout, /can make no net namespace \(ENOSPC\): the limit in .* is 0/);
});

test('Without the kernel’s counts no limit is said to be far: status 3.', { skip }, () => {
  const { status, stdout } = runNscope(['quota', 'self', '--type', 'net', '--no-bpf']);
  assert.equal(status, 3, stdout);
  assert.match(stdout, /^no known limit stops /m);
});

test('What is not a user, a type, a target or a column is refused before anything is listed.', { skip }, () => {
  const outcomes = runInTurn([
    ['quota', '--user', 'no such user'],
    ['quota', '--user', '4294967295'],
    ['quota', '--type', 'nett'],
    ['quota', 'net:self'],
    ['quota', '--columns', 'nope'],
    ['quota', '1:2:3'],
  ]);
  assert.deepEqual(
    outcomes.map(({ status, stdout }) => [status, stdout]),
    outcomes.map(() => [2, '']),
  );
  const [name, uid, type, target] = outcomes.map(({ stderr }) => stderr);
  assert.match(name ?? '', /no user is called "no such user"/);
  assert.match(uid ?? '', /the largest is 4294967294/);
  assert.match(type ?? '', /did you mean net\?/);
  assert.match(target ?? '', /a process or a user namespace is wanted/);
});
