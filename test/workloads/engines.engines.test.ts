// Real containers and sandboxes: nscope calls them as their engine does, finds all their processes and no others.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isKnown } from '../../src/model/snapshot/known.ts';
import type { Workload } from '../../src/model/snapshot/schema.ts';
import { runNscope } from '../cli/run-nscope.ts';
import { startContainerd, startDocker } from '../engines/docker.ts';
import { watchLeftCgroups } from '../engines/left-cgroups.ts';
import { packImage, podmanOfRoot, podmanOfUser } from '../engines/podman.ts';
import { missing } from '../tiers.ts';
import { assertSeenByNobody, find, has, listInside, start, waitFor } from './live-workloads.ts';

after(watchLeftCgroups());

const image = ['busybox', 'tar'];
const skipPodman = missing({ root: true, commands: [...image, 'podman', 'runc'] });

test('Containers of Podman are called as Podman calls them, with their pod, also what podman exec started.', {
  skip: skipPodman,
}, async (t) => {
  const podman = podmanOfRoot(t);
  const name = `nscope-web-${process.pid}`;
  podman.run('run', '-d', '--name', name, '--network', 'none', 'localhost/bb:1', 'sleep', '9999');
  podman.run('exec', '-d', name, 'sleep', '8888');
  const snapshot = await waitFor(has('podman', name, 2));
  const workload = find(snapshot, 'podman', name);
  assert.equal(String(workload.leader), podman.run('inspect', '--format', '{{.State.Pid}}', name));
  assert.equal(workload.id, podman.run('inspect', '--format', '{{.Id}}', name));
  assert.equal(workload.image, 'localhost/bb:1');
  assert.equal(workload.certainty, 'certain');
  assert.deepEqual(workload.pids, listInside(snapshot, workload));
  assert.deepEqual(
    workload.namespaces.map(({ type }) => type).filter((type) => type !== 'cgroup'),
    ['ipc', 'mnt', 'net', 'pid', 'uts'],
  );
  await assertSeenByNobody(`podman:${name}`, 'podman', name);
  const listed = runNscope(['ls', `podman:${name}`, '--json', '-o', 'type,inode,workload']);
  assert.equal(listed.status, 0, listed.stderr);
  const rows = JSON.parse(listed.stdout) as { namespaces: { type: string; inode: number; workload: string[] }[] };
  assert.deepEqual(
    rows.namespaces.map(({ type, inode }) => ({ type, inode })),
    workload.namespaces,
  );
  for (const row of rows.namespaces) assert.deepEqual(row.workload, [`podman:${name}`]);
  const entered = runNscope(['enter', `podman:${name}`, '--', '/bin/sh', '-c', 'read line </etc/passwd; echo $line']);
  assert.equal(entered.stdout, 'root:x:0:0:root:/root:/bin/sh\n', entered.stderr);
});

test('Containers of a pod share namespaces, and each says in which pod it is.', {
  skip: missing({ root: true, commands: [...image, 'podman', 'runc', 'catatonit'] }),
}, async (t) => {
  const podman = podmanOfRoot(t);
  podman.run('pod', 'create', '--name', 'shop', '--share', 'ipc,uts');
  const name = `nscope-shop-${process.pid}`;
  podman.run('run', '-d', '--pod', 'shop', '--name', name, 'localhost/bb:1', 'sleep', '9999');
  const snapshot = await waitFor(has('podman', name));
  const workload = find(snapshot, 'podman', name);
  assert.equal(workload.pod, 'shop');
  assert.ok(isKnown(snapshot.workloads));
  const infra = snapshot.workloads.find(({ pod, id }) => pod === 'shop' && id !== workload.id);
  const shared = (one: Workload | undefined) => one?.namespaces.filter(({ type }) => type === 'ipc' || type === 'uts');
  assert.equal(shared(workload)?.length, 2);
  assert.deepEqual(shared(infra), shared(workload));
});

test('Containers of Podman are called as they were renamed, and pods as they were named, whatever their infra is called.', {
  skip: missing({ root: true, commands: [...image, 'podman', 'runc', 'catatonit'] }),
}, async (t) => {
  const podman = podmanOfRoot(t);
  const name = `nscope-renamed-${process.pid}`;
  podman.run('run', '-d', '--name', 'before', '--network', 'none', 'localhost/bb:1', 'sleep', '9999');
  podman.run('rename', 'before', name);
  for (const [pod, ...options] of [
    ['hosted', '--share', 'ipc,uts', '--hostname', 'another'],
    ['infra', '--share', 'ipc,uts', '--infra-name', 'myinfra'],
    ['bare', '--infra=false'],
  ] as const) {
    podman.run('pod', 'create', '--name', pod, ...options);
    const words = pod === 'bare' ? ['--network', 'none'] : [];
    podman.run('run', '-d', '--pod', pod, '--name', `${name}-${pod}`, ...words, 'localhost/bb:1', 'sleep', '9999');
  }
  const snapshot = await waitFor((all) => has('podman', name)(all) && has('podman', `${name}-bare`)(all));
  assert.equal(find(snapshot, 'podman', name).pod, undefined);
  for (const pod of ['hosted', 'infra', 'bare']) assert.equal(find(snapshot, 'podman', `${name}-${pod}`).pod, pod);
  assert.equal(find(snapshot, 'podman', 'myinfra').pod, 'infra');
});

test('Rootless containers are known by name to root, to their user, and to others.', {
  skip: missing({
    root: true,
    commands: [...image, 'podman', 'runc', 'useradd', 'userdel', 'newuidmap', 'setpriv', 'pkill'],
  }),
}, async (t) => {
  const { podman } = podmanOfUser(t);
  const name = `nscope-rootless-${process.pid}`;
  podman.run('run', '-d', '--name', name, '--network', 'none', 'localhost/bb:1', 'sleep', '9999');
  podman.run('exec', '-d', name, 'sleep', '8888');
  const snapshot = await waitFor(has('podman', name, 2));
  const workload = find(snapshot, 'podman', name);
  // What a user's engine says is his word.
  assert.deepEqual(
    [workload.certainty, workload.claimedBy],
    ['likely', snapshot.processes.find(({ pid }) => pid === workload.leader)?.uid],
  );
  const { status, stderr } = runNscope(['enter', `podman:${name}`, '--', 'true']);
  assert.equal(status, 2);
  assert.match(stderr, /is only likely: user nscope\d+ \(uid \d+\) calls it so/);
  assert.equal(String(workload.leader), podman.run('inspect', '--format', '{{.State.Pid}}', name));
  assert.deepEqual(workload.pids, listInside(snapshot, workload));
  await assertSeenByNobody(`podman:${name}`, 'podman', name);
});

test('Containers of Docker are called as Docker calls them, and nobody sees them by their id.', {
  skip: missing({ root: true, commands: [...image, 'dockerd', 'docker', 'containerd'] }),
}, async (t) => {
  const docker = await startDocker(t);
  const options = ['--network', 'none', '--label', 'com.docker.compose.project=shop'];
  const id = docker.run('run', '-d', '--name', 'nscope-web', ...options, 'bb:1', 'sleep', '9999');
  docker.run('exec', '-d', 'nscope-web', 'sleep', '8888');
  docker.run('run', '-d', '--name', 'nscope-host', '--pid', 'host', '--network', 'host', 'bb:1', 'sleep', '9999');
  const snapshot = await waitFor(has('docker', 'nscope-web', 2));
  const workload = find(snapshot, 'docker', 'nscope-web');
  assert.deepEqual(
    [workload.id, workload.image, workload.project, workload.certainty],
    [id, 'bb:1', 'shop', 'certain'],
  );
  assert.equal(String(workload.leader), docker.run('inspect', '--format', '{{.State.Pid}}', 'nscope-web'));
  assert.deepEqual(workload.pids, listInside(snapshot, workload));
  const host = find(snapshot, 'docker', 'nscope-host');
  assert.deepEqual(
    host.namespaces.filter(({ type }) => type === 'pid' || type === 'net'),
    [],
  );
  await assertSeenByNobody(`docker:${id.slice(0, 12)}`, 'docker', 'nscope-web');
});

test('Who may use the socket of Docker and read nothing else has its names from there.', {
  skip: missing({ root: true, commands: [...image, 'dockerd', 'docker', 'containerd'], files: ['/etc/group'] }),
}, async (t) => {
  const docker = await startDocker(t, 'nogroup');
  docker.run('run', '-d', '--name', 'nscope-web', '--network', 'none', 'bb:1', 'sleep', '9999');
  await waitFor(has('docker', 'nscope-web'));
  await assertSeenByNobody('docker:nscope-web', 'docker', 'nscope-web');
});

test('Containers of containerd have their namespace before the name, unless it is the default one.', {
  skip: missing({ root: true, commands: [...image, 'containerd', 'ctr', 'runc'] }),
}, async (t) => {
  const containerd = await startContainerd(t);
  for (const [namespace, id] of [
    ['default', 'c1'],
    ['demo', 'c2'],
  ] as const) {
    const own = ['-n', namespace];
    containerd.run(...own, 'run', '-d', '--rootfs', join(containerd.directory, 'rootfs'), id, '/bin/sleep', '9999');
  }
  const snapshot = await waitFor((all) => has('containerd', 'c1')(all) && has('containerd', 'demo/c2')(all));
  for (const name of ['c1', 'demo/c2']) {
    const workload = find(snapshot, 'containerd', name);
    assert.equal(workload.certainty, 'certain');
    assert.deepEqual(workload.pids, listInside(snapshot, workload));
  }
});

test('A container of LXC is called as LXC calls it.', {
  skip: missing({ root: true, commands: ['lxc-create', 'lxc-start', 'lxc-info', 'lxc-stop', 'busybox'] }),
}, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-lxc-'));
  const name = `nscope-${process.pid}`;
  const lxc = (command: string, ...words: string[]) => {
    const all = ['-P', directory, '-n', name, ...words];
    const { stdout, stderr, status } = spawnSync(`lxc-${command}`, all, { encoding: 'utf8', timeout: 60_000 });
    assert.equal(status, 0, stderr);
    return stdout.trim();
  };
  lxc('create', '-t', 'busybox');
  const config = join(directory, name, 'config');
  const kept = readFileSync(config, 'utf8')
    .split('\n')
    .filter((line) => !/^lxc\.(?:net\.0|apparmor)/.test(line));
  writeFileSync(config, kept.join('\n'));
  appendFileSync(config, '\nlxc.net.0.type=empty\n');
  lxc('start', '-d');
  t.after(() => {
    lxc('stop', '-k');
    rmSync(directory, { recursive: true, force: true });
  });
  const snapshot = await waitFor(has('lxc', name, 2));
  const workload = find(snapshot, 'lxc', name);
  assert.equal(String(workload.leader), lxc('info', '-pH'));
  assert.equal(workload.certainty, 'certain');
  assert.deepEqual(workload.pids, listInside(snapshot, workload));
  await assertSeenByNobody(`lxc:${name}`, 'lxc', name);
});

test('A machine of systemd-nspawn is called as its command line says.', {
  skip: missing({ root: true, commands: [...image, 'systemd-nspawn'] }),
}, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-nspawn-'));
  packImage(directory);
  const root = join(directory, 'rootfs');
  writeFileSync(join(root, 'etc/os-release'), 'ID=test\n');
  mkdirSync(join(root, 'usr'), { recursive: true });
  const name = `nscope-${process.pid}`;
  const words = ['-q', '-D', root, '-M', name, '--register=no', '--keep-unit', '/bin/sleep', '9999'];
  start(t, 'systemd-nspawn', words);
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const snapshot = await waitFor(has('nspawn', name));
  const workload = find(snapshot, 'nspawn', name);
  assert.equal(workload.certainty, 'certain');
  assert.deepEqual(workload.pids, listInside(snapshot, workload));
  await assertSeenByNobody(`nspawn:${name}`, 'nspawn', name);
});
