// nscope busy and containers: a volume that a container has keeps the device after its unmount on the host.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { watchLeftCgroups } from '../../engines/left-cgroups.ts';
import { packImage, podmanOfRoot } from '../../engines/podman.ts';
import { missing } from '../../tiers.ts';
import { BusyBed } from './busy-bed.ts';

after(watchLeftCgroups());

const commands = ['busybox', 'tar', 'podman', 'runc', 'losetup', 'mkfs.ext4', 'python3', 'unshare', 'nsenter'];

test('A volume of a container of Podman keeps the device, and podman stops the container that uses it.', {
  skip: missing({ root: true, commands }),
}, async (t) => {
  // Its settings alone: only in the usual place is a container known to the command of the user.
  const { storage } = podmanOfRoot(t);
  const directory = mkdtempSync(join(tmpdir(), 'nscope-busy-podman-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const settings = join(directory, 'containers.conf');
  writeFileSync(settings, readFileSync(join(storage, '../containers.conf')));
  const bed = await BusyBed.make(t);
  const podman = (...words: string[]) => bed.run('env', `CONTAINERS_CONF=${settings}`, 'podman', ...words).trim();
  const image = `${bed.room}/disk`;
  bed.run('truncate', '-s', '16M', image);
  bed.run('mkfs.ext4', '-q', image);
  const device = bed.run('losetup', '-f', '--show', image).trim();
  t.after(() => spawnSync('losetup', ['-d', device]));
  const path = bed.directory('vol');
  bed.run('mount', device, path);
  const tag = `localhost/nscope-busy-${process.pid}:1`;
  podman('import', '-q', '-c', 'ENV PATH=/bin', packImage(directory), tag);
  const name = `nscope-busy-${process.pid}`;
  try {
    const given = ['run', '-d', '--name', name, '--stop-timeout', '1', '--network', 'none', '-v', `${path}:/data`];
    const id = podman(...given, tag, 'sleep', '9999');
    const idle = bed.ask(path);
    assert.equal(idle.unmount?.verdict, 'free');
    const copy = idle.fileSystem.rows.find(({ kind }) => kind === 'mount');
    assert.deepEqual([copy?.path, copy?.workload], ['/data', `podman:${name}`]);
    podman('exec', '-d', name, 'sh', '-c', 'exec sleep 9999 3>/data/log');
    bed.run('umount', path);
    const { fileSystem } = bed.ask(device);
    assert.ok(fileSystem.rows.some(({ kind, workload }) => kind === 'open-file' && workload === `podman:${name}`));
    assert.deepEqual(
      fileSystem.steps.map(({ command }) => command),
      [`podman stop ${id.slice(0, 12)}`],
      'its mounts go with it',
    );
    podman('stop', id.slice(0, 12));
    bed.run('python3', '-c', `import os; os.open(${JSON.stringify(device)}, os.O_RDONLY | os.O_EXCL)`);
  } finally {
    podman('rm', '-f', name);
    podman('rmi', '-f', tag);
  }
});
