// The PID files of real engines: nothing while what they name runs, and stale when another has the PID.
import assert from 'node:assert/strict';
import { type ChildProcess, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Verdicts } from '../../src/analysis/findings/run-rules.ts';
import { runRules } from '../../src/analysis/findings/run-rules.ts';
import { stalePidFile } from '../../src/analysis/rules/stale-pid-file.ts';
import { collectSnapshot } from '../../src/index.ts';
import { isKnown } from '../../src/model/snapshot/known.ts';
import type { PidFile } from '../../src/model/snapshot/schema.ts';
import { startContainerd } from '../engines/docker.ts';
import { watchLeftCgroups } from '../engines/left-cgroups.ts';
import { podmanOfUser } from '../engines/podman.ts';
import { waitUntil } from '../marked-processes.ts';
import { startAs } from '../reused-pids.ts';
import { missing } from '../tiers.ts';
import { applyFixes } from './findings-of-host.ts';

after(watchLeftCgroups());

/** What is said of the files below a directory, and what was read of each. */
function look(directory: string): { files: readonly PidFile[]; findings: Verdicts['findings'] } {
  const snapshot = collectSnapshot();
  const files = snapshot.conditions?.pidFiles;
  assert.ok(files !== undefined && isKnown(files));
  const isBelow = (path: string) => path.startsWith(directory);
  const { findings } = runRules(snapshot, [stalePidFile]);
  return {
    files: files.filter(({ path }) => isBelow(path)),
    findings: findings.filter(({ subjects: [first] }) => first?.kind === 'path' && isBelow(first.path)),
  };
}

function nameFiles(files: readonly PidFile[]): string[] {
  return files.map(({ path, process }) => `${path.split('/').at(-1)} ${process}`).sort();
}

/** Ends processes as a crash does, and gives the PID of each to a program that has nothing to do with it, until the end. */
async function reuse(t: TestContext, pids: readonly number[]): Promise<() => Promise<void>> {
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  await waitUntil('all have ended', () => pids.every((pid) => !existsSync(`/proc/${pid}`)));
  // A PID is not used again as long as a process group or a session has it.
  const isGroup = (pid: number) => {
    const { stdout } = spawnSync('ps', ['-eo', 'pgid=,sid='], { encoding: 'utf8' });
    return stdout.split(/\s+/).includes(String(pid));
  };
  await waitUntil('no group has such a PID', () => !pids.some(isGroup));
  // Start times are known to a second or so: see src/conditions/pid-files.ts.
  await sleep(4000);
  const children: ChildProcess[] = [];
  const end = async () => {
    for (const child of children.splice(0)) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  };
  t.after(end);
  for (const pid of pids) children.push(await startAs(pid));
  return end;
}

const readPid = (path: string) => Number(readFileSync(path, 'latin1'));

test('The files of rootless Podman are right while it runs, and each is stale when its PID was used again.', {
  skip: missing({
    root: true,
    commands: ['podman', 'runc', 'busybox', 'tar', 'useradd', 'userdel', 'newuidmap', 'setpriv', 'pkill'],
  }),
}, async (t) => {
  const { podman } = podmanOfUser(t, true);
  const directory = `${podman.environment['XDG_RUNTIME_DIR']}/`;
  podman.run('run', '-d', '--network', 'none', 'localhost/bb:1', 'sleep', '9999');
  const live = look(directory);
  assert.deepEqual(nameFiles(live.files), [
    'conmon.pid running',
    'pause.pid running',
    'pidfile running',
    'state.json running',
  ]);
  assert.deepEqual(live.findings, []);
  const find = (name: string) => live.files.find(({ path }) => path.endsWith(`/${name}`));
  const pids = ['conmon.pid', 'pause.pid', 'pidfile'].map((name) => readPid(find(name)?.path ?? ''));
  const endOthers = await reuse(t, pids);
  const { findings } = look(directory);
  assert.deepEqual(
    findings.map(({ severity, subjects: [first] }) => [
      first?.kind === 'path' && first.path.split('/').at(-1),
      severity,
    ]),
    [
      ['pause.pid', 'warning'],
      ['conmon.pid', 'note'],
      ['pidfile', 'note'],
      ['state.json', 'note'],
    ],
  );
  const [pause] = findings;
  assert.ok(pause);
  applyFixes(pause);
  assert.throws(() => podman.run('ps'), /could not find any running process/);
  await endOthers();
  podman.run('system', 'migrate');
  assert.doesNotMatch(podman.run('ps', '-q'), /./);
  assert.deepEqual(look(`${directory}libpod`).findings, []);
});

const state = '/run/containerd';

test('The files of containerd are right while a task runs, and stale when the PID of its init was used again.', {
  skip:
    missing({ root: true, commands: ['containerd', 'ctr', 'runc', 'busybox', 'tar'] }) ||
    (existsSync(`${state}/containerd.sock`) && 'needs that no containerd runs here'),
}, async (t) => {
  const containerd = await startContainerd(t, state);
  const id = `nscope-${process.pid}`;
  containerd.run('run', '-d', '--rootfs', join(containerd.directory, 'rootfs'), id, '/bin/sleep', '9999');
  const task = `${state}/io.containerd.runtime.v2.task/default/${id}`;
  const live = look(task);
  assert.deepEqual([nameFiles(live.files), live.findings], [['init.pid running'], []]);
  const pid = readPid(`${task}/init.pid`);
  await reuse(t, [pid]);
  const { findings } = look(task);
  assert.deepEqual(
    findings.map(({ severity, says }) => [severity, says]),
    [
      [
        'note',
        `${task}/init.pid of containerd says ${pid} for the init of container ${id}, and another process has that PID: sleep`,
      ],
    ],
  );
});
