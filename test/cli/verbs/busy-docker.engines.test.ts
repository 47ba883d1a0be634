// nscope busy and containers of Docker that are given a directory of the host, as monitoring agents are: their copies of what is
// mounted below it outlive the unmount on the host.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startDocker } from '../../engines/docker.ts';
import { watchLeftCgroups } from '../../engines/left-cgroups.ts';
import { missing } from '../../tiers.ts';
import { runNscope } from '../run-nscope.ts';
import type { BusyJson } from './busy-bed.ts';

after(watchLeftCgroups());

const commands = ['busybox', 'tar', 'dockerd', 'docker', 'losetup', 'mkfs.ext4', 'python3'];

test('A container of Docker that has a directory keeps what is mounted below it, and its end frees the device.', {
  skip: missing({ root: true, commands }),
}, async (t) => {
  const docker = await startDocker(t);
  const image = join(docker.directory, 'disk');
  const run = (command: string, ...words: string[]) => {
    const { status, stdout, stderr } = spawnSync(command, words, { encoding: 'utf8' });
    return { status, stdout: stdout.trim(), stderr };
  };
  run('truncate', '-s', '16M', image);
  const device = run('losetup', '-f', '--show', image).stdout;
  t.after(() => run('losetup', '-d', device));
  assert.equal(run('mkfs.ext4', '-q', device).status, 0);
  const path = join(docker.directory, 'srv/volume');
  mkdirSync(path, { recursive: true });
  assert.equal(run('mount', device, path).status, 0);
  t.after(() => run('umount', path));
  const words = ['--network', 'none', '--stop-timeout', '1', '-v', `${docker.directory}/srv:/host:ro`, 'bb:1'];
  docker.run('run', '-d', '--name', 'agent', ...words, 'sh', '-c', 'cd /host/volume; exec sleep 9999');
  const ask = (...given: string[]) => JSON.parse(runNscope(['busy', '--json', ...given]).stdout) as BusyJson;
  const openExclusively = () => run('python3', '-c', `import os; os.open('${device}', os.O_RDONLY | os.O_EXCL)`);

  assert.equal(ask(path).unmount?.verdict, 'free');
  assert.equal(run('umount', path).status, 0);
  assert.match(openExclusively().stderr, /busy/);
  const { unmount, fileSystem } = ask(device);
  assert.equal(unmount, null);
  assert.deepEqual(
    fileSystem.rows.map(({ kind, path: at, workload }) => [kind, at, workload]),
    [
      ['mount', '/host/volume', 'docker:agent'],
      ['cwd', '/host/volume', 'docker:agent'],
    ],
  );
  // A daemon in a place of its own is not the one that the command docker asks.
  const pid = docker.run('inspect', '-f', '{{.State.Pid}}', 'agent');
  assert.deepEqual(
    fileSystem.steps.map(({ command }) => command),
    [`kill -KILL ${pid}`],
  );
  run('kill', '-KILL', pid);
  docker.run('wait', 'agent');
  assert.equal(openExclusively().stderr, '');
});
