// Files in which an engine keeps a PID that another process has by now.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stalePidFile } from '../../../src/analysis/rules/stale-pid-file.ts';
import type { PidFile } from '../../../src/model/snapshot/schema.ts';
import { ago, hostOf, judge } from './vacant-host.ts';

const pause: PidFile = {
  path: '/run/user/1000/libpod/tmp/pause.pid',
  engine: 'podman',
  pid: 4711,
  writtenAt: ago(7200),
  uid: 1000,
  process: 'another',
  by: 'age-and-kind',
  meant: "the process that keeps the user's namespaces",
  found: 'sshd',
  laterMs: 3_600_000,
};

function find(...pidFiles: readonly PidFile[]) {
  return judge(stalePidFile, hostOf({ conditions: { pidFiles } }));
}

test('A pause process whose PID another has is found, with whose word it is, and is removed as that user.', () => {
  const { findings } = find(pause);
  assert.equal(findings[0]?.severity, 'warning');
  assert.match(findings[0].says, /says 4711 for the process .*, and another process has that PID: sshd$/);
  assert.deepEqual(findings[0].seen, [
    'the file was written 2 h ago',
    'the process began 60 min after that, and is not what podman starts',
    'it is a file of user 1000, who can write what they like into it',
  ]);
  assert.equal(
    findings[0].fixes[0]?.command,
    'setpriv --reuid=1000 --regid=1000 --clear-groups rm -- /run/user/1000/libpod/tmp/pause.pid',
  );
});

test('That of a container is a note, since it stays until the container is removed.', () => {
  const path = '/run/runc/web 1/state.json';
  const [found] = find({ ...pause, path, uid: 0, engine: 'runc', workload: 'web 1', by: 'start-time' }).findings;
  assert.equal(found?.severity, 'note');
  assert.equal(found.seen[1], 'the file says when its process began, and this one began at another time');
  assert.equal(found.fixes[0]?.command, "runc --root /run/runc delete 'web 1'");
  const ofShim = '/run/containerd/runc/k8s.io/abc/state.json';
  const [held] = find({ ...pause, path: ofShim, uid: 0, engine: 'runc', workload: 'abc' }).findings;
  assert.equal(held?.fixes[0]?.command, undefined);
});

test('One that runs and one that has ended are no finding, and what is not known is said.', () => {
  const { findings, undecided } = find(
    { ...pause, process: 'running' },
    { ...pause, process: 'none' },
    { ...pause, process: 'not-known' },
  );
  assert.deepEqual(findings, []);
  assert.equal(undecided.length, 1);
  assert.match(undecided[0]?.why ?? '', /of 1 PID files, as \/run\/user\/1000\//);
});
