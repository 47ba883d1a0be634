// Real containers and sandboxes: nscope calls them as their engine does, finds all their processes and no others.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { collectSnapshot } from '../../src/collect/collect.ts';
import { isKnown } from '../../src/model/known.ts';
import type { Process, Snapshot, Workload } from '../../src/model/schema.ts';
import { runNscope } from '../cli/run-nscope.ts';
import { startContainerd, startDocker } from '../engines/docker.ts';
import { watchLeftCgroups } from '../engines/left-cgroups.ts';
import { packImage, podmanOfRoot, podmanOfUser } from '../engines/podman.ts';
import { readChildren } from '../held-process.ts';
import { asNobody } from '../kernel/detect-settings.ts';
import { findCommand, missing } from '../tiers.ts';

after(watchLeftCgroups());

const image = ['busybox', 'tar'];
const skipPodman = missing({ root: true, commands: [...image, 'podman', 'runc'] });

/** Workloads of an engine, once `done` says so: processes may still be about to execute their program. */
async function waitFor(done: (workloads: readonly Workload[]) => boolean): Promise<Snapshot> {
  for (const deadline = Date.now() + 30_000; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const snapshot = collectSnapshot();
    if (isKnown(snapshot.workloads) && done(snapshot.workloads)) return snapshot;
    if (Date.now() > deadline) assert.fail(JSON.stringify(snapshot.workloads, undefined, 1));
  }
}

function find(snapshot: Snapshot, engine: string, name: string): Workload {
  assert.ok(isKnown(snapshot.workloads));
  const found = snapshot.workloads.filter((one) => one.engine === engine && one.name === name);
  assert.equal(found.length, 1, `${engine}:${name}`);
  return found[0] as Workload;
}

function has(engine: string, name: string, processes = 1) {
  return (workloads: readonly Workload[]) =>
    workloads.some((one) => one.engine === engine && one.name === name && one.pids.length >= processes);
}

/** All processes in the mount namespace of the workload's leader, which is its own. */
function listInside(snapshot: Snapshot, { leader }: Workload): readonly number[] {
  const inside = snapshot.processes.find(({ pid }) => pid === leader)?.namespaces.mnt;
  assert.ok(inside !== undefined && isKnown(inside));
  const isInside = ({ pid, tid, state, namespaces }: Process) =>
    pid === tid && state !== 'Z' && namespaces.mnt === inside;
  return snapshot.processes.filter(isInside).map(({ pid }) => pid);
}

/** Nobody finds the same processes in it, by the name or the id; of what is still booting, once it has booted. */
async function assertSeenByNobody(target: string, engine: string, name: string): Promise<void> {
  const [program = '', ...rest] = [...asNobody, process.execPath, join(process.cwd(), 'build/js/src/cli/main.js')];
  const words = [...rest, 'ps', target, '--json', '-o', 'pid,workload'];
  for (const deadline = Date.now() + 30_000; ; ) {
    const before = find(collectSnapshot(), engine, name).pids;
    const { stdout, stderr, status } = spawnSync(program, words, { encoding: 'utf8', timeout: 120_000 });
    assert.equal(status, 0, stderr);
    const { processes } = JSON.parse(stdout) as { processes: { pid: number }[] };
    const seen = processes.map(({ pid }) => pid);
    if (Date.now() > deadline) assert.deepEqual(seen, before);
    if (String(seen) === String(before)) return;
  }
}

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
  // The command line of a user's process is no proof.
  assert.equal(workload.certainty, 'likely');
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
  assert.deepEqual(workload.pids, listInside(snapshot, workload));
  await assertSeenByNobody(`nspawn:${name}`, 'nspawn', name);
});

/** A program that ends with the test, and all that it started. */
function start(t: TestContext, command: string, words: readonly string[]): number {
  const child = spawn(findCommand(command) ?? command, words, { stdio: 'ignore', detached: true });
  const { pid } = child;
  assert.ok(pid !== undefined);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  t.after(async () => {
    // Who made a sandbox may leave it behind: what it started ends first.
    for (const one of listBelow(pid).reverse()) kill(one);
    kill(pid);
    await ended;
  });
  return pid;
}

function listBelow(pid: number): number[] {
  try {
    return readChildren(pid).flatMap((child) => [child, ...listBelow(child)]);
  } catch {
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended with another.
  }
}

for (const [engine, as, command, words] of [
  [
    'bubblewrap',
    asNobody,
    'bwrap',
    ['--unshare-all', '--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--die-with-parent'],
  ],
  ['firejail', ['env'], 'firejail', ['--quiet', '--noprofile', '--net=none']],
] as const)
  test(`A sandbox of ${engine} is called by its program, and found by the PID of who made it.`, {
    skip: missing({ root: true, commands: [command, 'setpriv'] }),
  }, async (t) => {
    const [program = '', ...rest] = as;
    const pid = start(t, program, [...rest, findCommand(command) ?? command, ...words, 'sleep', '9999']);
    const isIt = ({ id, pids }: Workload) => id === String(pid) && pids.length >= 2;
    const snapshot = await waitFor((all) => all.some(isIt));
    assert.ok(isKnown(snapshot.workloads));
    const workload = snapshot.workloads.find(isIt);
    assert.ok(workload);
    assert.deepEqual([workload.engine, workload.name, workload.certainty], [engine, 'sleep', 'likely']);
    assert.deepEqual(workload.pids, listInside(snapshot, workload));
    const { status, stdout } = runNscope(['show', `${engine}:${pid}`]);
    assert.equal(status, 0);
    assert.match(stdout, /likely, as nothing that only the engine can write was read/);
  });

test('The sandbox of Chromium holds its zygotes and renderers, and not the browser.', {
  skip: missing({ root: true, commands: ['chromium', 'setpriv'] }),
}, async (t) => {
  const home = mkdtempSync(join(tmpdir(), 'nscope-chromium-'));
  chownSync(home, 65534, 65534);
  const [program = '', ...rest] = asNobody;
  const quiet = ['--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update'];
  const words = [
    ...quiet,
    '--headless=new',
    '--disable-sync',
    '--disable-dev-shm-usage',
    `--user-data-dir=${home}/data`,
  ];
  const debugging = ['--remote-debugging-port=0', 'about:blank'];
  start(t, program, [...rest, 'env', `HOME=${home}`, findCommand('chromium') ?? '', ...words, ...debugging]);
  t.after(() => rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  const ownRoot = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(home);
  const isIt = ({ engine, id, pids }: Workload) => engine === 'chromium' && pids.length >= 2 && ownRoot(Number(id));
  const snapshot = await waitFor((all) => all.some(isIt));
  assert.ok(isKnown(snapshot.workloads));
  const workload = snapshot.workloads.find(isIt);
  assert.ok(workload);
  assert.ok(!workload.pids.includes(Number(workload.id)));
  const browser = snapshot.processes.find(({ pid }) => pid === Number(workload.id));
  for (const pid of workload.pids) {
    const process = snapshot.processes.find((one) => one.pid === pid);
    assert.notEqual(process?.namespaces.user, browser?.namespaces.user);
  }
});

test('The hosts of mininet are called by their names, and its switches are none.', {
  skip: missing({ root: true, commands: ['mn', 'brctl', 'ip'] }),
}, async (t) => {
  const mininet = spawn(findCommand('mn') ?? 'mn', ['--switch', 'lxbr', '--controller', 'none', '--topo', 'linear,2'], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  const ended = new Promise((resolve) => mininet.once('exit', resolve));
  t.after(async () => {
    // It takes its links and bridges away when its input ends.
    mininet.stdin.end();
    await ended;
  });
  const snapshot = await waitFor((all) => has('mininet', 'h1')(all) && has('mininet', 'h2')(all));
  assert.ok(isKnown(snapshot.workloads));
  const own = snapshot.workloads.filter(({ engine }) => engine === 'mininet');
  assert.deepEqual(
    own.map(({ name }) => name),
    ['h1', 'h2'],
  );
  for (const { namespaces } of own) assert.ok(namespaces.some(({ type }) => type === 'net'));
});
