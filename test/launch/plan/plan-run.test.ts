// The order of steps to a command in new namespaces, and where programs are looked for.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listPrograms } from '../../../src/launch/namespaces/find-program.ts';
import { planRun } from '../../../src/launch/plan/plan-run.ts';
import type { RunRequest } from '../../../src/launch/plan/run-request.ts';
import { findDefaultAction } from '../../../src/launch/start/signals.ts';

const nothing: RunRequest = {
  types: new Set(),
  maps: { kind: 'none' },
  propagation: 'private',
  mountProc: false,
  loopback: false,
  pins: [],
  init: false,
};

const calls = (request: Partial<RunRequest>) => planRun({ ...nothing, ...request }, [['orphan']]).map(([call]) => call);

test('User and time namespaces are made before the process that is born in them, the others with it.', () => {
  assert.deepEqual(
    calls({ types: new Set(['user', 'time', 'pid', 'mnt']), maps: { kind: 'one', uid: 0, gid: 0 }, boottime: '1' }),
    ['unshare', 'sync', 'unshare', 'write', 'clone', 'mount', 'sync', 'pdeathsig', 'orphan'],
  );
  const clone = planRun({ ...nothing, types: new Set(['pid', 'net', 'user']) }, []).find(([call]) => call === 'clone');
  assert.deepEqual(clone, ['clone', 0x20000000 + 0x40000000]);
});

test('A new /proc is mounted where its mount cannot spread, whatever the propagation.', () => {
  for (const propagation of ['private', 'slave', 'shared', 'unchanged'] as const) {
    const steps = planRun({ ...nothing, types: new Set(['mnt', 'pid']), propagation, mountProc: true }, []);
    const mounts = steps.filter(([call]) => call === 'mount');
    assert.deepEqual(mounts.at(-1)?.slice(1, 4), ['proc', '/proc', 'proc']);
    const before = mounts.at(-2);
    const spreads = propagation === 'shared' || propagation === 'unchanged';
    assert.equal(before?.[2], spreads ? '/proc' : '/', propagation);
  }
});

test('A name without a slash is looked for in PATH, an empty entry of which is the current directory.', () => {
  assert.deepEqual(listPrograms('ls', '/bin::/usr/bin'), ['/bin/ls', './ls', '/usr/bin/ls']);
  assert.deepEqual(listPrograms('./ls', '/bin'), ['./ls']);
  assert.deepEqual(listPrograms('', '/bin'), ['']);
  assert.ok(listPrograms('ls', undefined).includes('/bin/ls'));
});

test('The default action of a signal is that of signal(7).', () => {
  assert.deepEqual([15, 20, 28, 40].map(findDefaultAction), ['end', 'stop', 'nothing', 'end']);
});
