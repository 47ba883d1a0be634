// Real workloads of root's, and an ordinary user who says that his processes are in them: they stay what they are.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { collectSnapshot } from '../../src/collect/collect.ts';
import { isKnown } from '../../src/model/snapshot/known.ts';
import type { WorkloadEngine } from '../../src/model/snapshot/workload-engines.ts';
import { runNscope } from '../cli/run-nscope.ts';
import { startContainerd, startDocker } from '../engines/docker.ts';
import { watchLeftCgroups } from '../engines/left-cgroups.ts';
import { packImage, podmanOfRoot } from '../engines/podman.ts';
import { missing } from '../tiers.ts';
import { find, has, listInside, start, waitFor } from './live-workloads.ts';
import { listHierarchies, Pretender, pretender } from './pretenders.ts';

after(watchLeftCgroups());

const image = ['busybox', 'tar', 'setpriv', 'unshare'];

/** Pretends by the name of a program and by a control group, with the id of what is there. */
async function contest(
  t: TestContext,
  engine: WorkloadEngine,
  name: string,
  program: string,
  words: (id: string) => readonly string[],
  group: (id: string) => string,
): Promise<void> {
  const before = await waitFor(has(engine, name));
  const real = find(before, engine, name);
  assert.equal(real.certainty, 'certain');
  const user = new Pretender(t);
  await user.monitor(program, words(real.id));
  await user.inCgroup(listHierarchies()[0] ?? '', group(real.id));
  await waitFor((all) => all.filter((one) => one.engine === engine && one.claimedBy === pretender).length > 0);
  const snapshot = collectSnapshot();
  assert.ok(isKnown(snapshot.workloads));
  const all = snapshot.workloads.filter((one) => one.engine === engine && one.id === real.id);
  const certain = all.filter(({ certainty }) => certainty === 'certain');
  assert.deepEqual(certain, [real]);
  assert.deepEqual(real.pids, listInside(snapshot, real));
  const claimed = all.filter((one) => !certain.includes(one));
  assert.ok(claimed.length > 0);
  for (const one of claimed) assert.deepEqual([one.certainty, one.claimedBy], ['likely', pretender]);
  for (const target of [`${engine}:${name}`, `${engine}:${real.id}`]) {
    const { stdout, stderr } = runNscope(['ps', target, '--json', '-o', 'pid']);
    const { processes } = JSON.parse(stdout) as { processes: { pid: number }[] };
    assert.deepEqual(
      processes.map(({ pid }) => pid),
      real.pids,
      stderr,
    );
    const entered = runNscope(['enter', target, '--type', 'pid,net,uts', '--', 'readlink', '/proc/self/ns/uts']);
    assert.equal(entered.stdout.trim(), readlinkSync(`/proc/${real.leader}/ns/uts`), entered.stderr);
  }
}

test('A container of Docker has no process of somebody who pretends its shim or its cgroup.', {
  skip: missing({ root: true, commands: [...image, 'dockerd', 'docker', 'containerd'] }),
}, async (t) => {
  const docker = await startDocker(t);
  docker.run('run', '-d', '--name', 'nscope-real', '--network', 'none', 'bb:1', 'sleep', '9999');
  const words = (id: string) => ['-namespace', 'moby', '-id', id];
  await contest(t, 'docker', 'nscope-real', 'containerd-shim-runc-v2', words, (id) => `docker/${id}`);
});

test('A container of containerd has no process of somebody who pretends its shim.', {
  skip: missing({ root: true, commands: [...image, 'containerd', 'ctr', 'runc'] }),
}, async (t) => {
  const containerd = await startContainerd(t);
  containerd.run('run', '-d', '--rootfs', join(containerd.directory, 'rootfs'), 'real', '/bin/sleep', '9999');
  const words = (id: string) => ['-namespace', 'default', '-id', id.split('/')[1] ?? ''];
  await contest(t, 'containerd', 'real', 'containerd-shim-runc-v2', words, () => 'default/real');
});

test('A container of Podman has no process of somebody who pretends its conmon or its cgroup.', {
  skip: missing({ root: true, commands: [...image, 'podman', 'runc'] }),
}, async (t) => {
  const podman = podmanOfRoot(t);
  const name = `nscope-real-${process.pid}`;
  podman.run('run', '-d', '--name', name, '--network', 'none', 'localhost/bb:1', 'sleep', '9999');
  const words = (id: string) => ['-c', id, '-n', name];
  await contest(t, 'podman', name, 'conmon', words, (id) => `libpod_parent/libpod-${id}`);
});

test('A container of LXC has no process of somebody who pretends its monitor or its cgroup.', {
  skip: missing({ root: true, commands: [...image, 'lxc-create', 'lxc-start', 'lxc-stop'] }),
}, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-lxc-'));
  const name = `nscope-real-${process.pid}`;
  const lxc = (command: string, ...words: string[]) => {
    const all = ['-P', directory, '-n', name, ...words];
    const { stderr, status } = spawnSync(`lxc-${command}`, all, { encoding: 'utf8', timeout: 60_000 });
    assert.equal(status, 0, stderr);
  };
  lxc('create', '-t', 'busybox');
  const config = join(directory, name, 'config');
  const kept = readFileSync(config, 'utf8').replace(/^lxc\.(?:net\.0|apparmor).*$/gm, '');
  writeFileSync(config, kept);
  appendFileSync(config, '\nlxc.net.0.type=empty\n');
  lxc('start', '-d');
  t.after(() => {
    lxc('stop', '-k');
    rmSync(directory, { recursive: true, force: true });
  });
  await waitFor(has('lxc', name, 2));
  await new Promise((resolve) => setTimeout(resolve, 3000));
  await contest(
    t,
    'lxc',
    name,
    'lxc-start',
    () => ['-n', name, '-P', directory],
    () => `lxc.payload.${name}`,
  );
});

test('A machine of systemd-nspawn has no process of somebody who pretends to run it.', {
  skip: missing({ root: true, commands: [...image, 'systemd-nspawn'] }),
}, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-nspawn-'));
  packImage(directory);
  const root = join(directory, 'rootfs');
  writeFileSync(join(root, 'etc/os-release'), 'ID=test\n');
  mkdirSync(join(root, 'usr'), { recursive: true });
  const name = `nscope-real-${process.pid}`;
  start(t, 'systemd-nspawn', ['-q', '-D', root, '-M', name, '--register=no', '--keep-unit', '/bin/sleep', '9999']);
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const group = () => `machine.slice/machine-${name.replaceAll('-', '\\x2d')}.scope`;
  await contest(t, 'nspawn', name, 'systemd-nspawn', () => ['-M', name], group);
});
