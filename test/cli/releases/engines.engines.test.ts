// RELEASE of containers: the command of their engine, pasted into a shell.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { watchLeftCgroups } from '../../engines/left-cgroups.ts';
import { packImage, podmanOfRoot } from '../../engines/podman.ts';
import { hold } from '../../held-process.ts';
import { waitUntil } from '../../marked-processes.ts';
import { findCommand, missing } from '../../tiers.ts';
import { runNscope } from '../run-nscope.ts';
import { nameOf, paste, type ReleaseRow } from './release.ts';

after(watchLeftCgroups());

const image = ['busybox', 'tar'];

function run(command: string, words: readonly string[], env = process.env): string {
  const { status, stdout, stderr } = spawnSync(findCommand(command) ?? command, words, {
    encoding: 'utf8',
    timeout: 120_000,
    env,
  });
  assert.equal(status, 0, `${command} ${words.join(' ')}: ${stderr}`);
  return stdout.trim();
}

function readRows(target: string): ReleaseRow[] {
  const { stdout } = runNscope(['holders', target, '--json']);
  return stdout === '' ? [] : (JSON.parse(stdout) as { holders: ReleaseRow[] }).holders;
}

/** Stops a container by what is printed for its first process; a descriptor of its namespace that another has stays. */
async function stopByRelease(leader: number, expected: string, env = process.env): Promise<void> {
  const uts = nameOf('uts', `/proc/${leader}/ns/uts`);
  const beside = await hold('sh', ['-c', `exec 3</proc/${leader}/ns/uts; echo; exec sleep 1000`]);
  try {
    const row = readRows(uts).find(({ kind, pid }) => kind === 'process' && pid === leader);
    assert.equal(row?.release, expected, row?.releaseNote);
    assert.match(row?.releaseNote ?? '', /^stops \w+:.*: all its processes end$/);
    paste(row?.release ?? null, 'sh', { env });
    await waitUntil('its processes have ended', () => !existsSync(`/proc/${leader}`));
    const left = readRows(uts).filter(({ pid }) => pid !== process.pid);
    assert.ok(left.some(({ pid, kind }) => pid === beside.pid && kind === 'fd'));
    assert.ok(!left.some(({ kind }) => kind === 'process'));
  } finally {
    await beside.end();
  }
}

function makeDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-stop-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

test('A container of Podman is stopped by podman, one of a place that podman does not know by a signal.', {
  skip: missing({ root: true, commands: [...image, 'podman', 'runc'] }),
}, async (t) => {
  const elsewhere = podmanOfRoot(t);
  const name = `nscope-stop-${process.pid}`;
  elsewhere.run('run', '-d', '--name', name, '--network', 'none', 'localhost/bb:1', 'sleep', '9999');
  const other = Number(elsewhere.run('inspect', '--format', '{{.State.Pid}}', name));
  const [row] = readRows(nameOf('uts', `/proc/${other}/ns/uts`)).filter(({ pid }) => pid === other);
  assert.equal(row?.release, `kill -KILL ${other}`);

  const directory = makeDirectory(t);
  const settings = readFileSync(join(elsewhere.storage, '../containers.conf'), 'utf8');
  writeFileSync(join(directory, 'containers.conf'), settings);
  const env = { ...process.env, CONTAINERS_CONF: join(directory, 'containers.conf') };
  const tag = `localhost/${name}:1`;
  run('podman', ['import', '-q', '-c', 'ENV PATH=/bin', packImage(directory), tag], env);
  try {
    const id = run('podman', ['run', '-d', '--stop-timeout', '1', '--network', 'none', tag, 'sleep', '9999'], env);
    const leader = Number(run('podman', ['inspect', '--format', '{{.State.Pid}}', id], env));
    await stopByRelease(leader, `podman stop ${id.slice(0, 12)}`, env);
  } finally {
    run('podman', ['rmi', '-f', tag], env);
  }
});

const socket = '/run/docker.sock';

test('A container of Docker is stopped by docker.', {
  skip:
    missing({ root: true, commands: [...image, 'dockerd', 'docker', 'containerd'] }) ||
    (existsSync(socket) && 'needs that no Docker runs here'),
}, async (t) => {
  const directory = makeDirectory(t);
  const wasThere = existsSync('/var/lib/docker');
  const off = ['iptables', 'ip6tables', 'ip-masq', 'ip-forward'].map((setting) => `--${setting}=false`);
  const words = ['--exec-root', join(directory, 'exec'), '-p', join(directory, 'pid'), '--bridge=none', ...off];
  const daemon = spawn(findCommand('dockerd') ?? '', words, { stdio: 'ignore', detached: true });
  const exit = once(daemon, 'exit');
  t.after(async () => {
    daemon.kill('SIGTERM');
    await exit;
    // It bind mounts its data upon itself.
    spawnSync('umount', ['/var/lib/docker']);
    if (!wasThere) rmSync('/var/lib/docker', { recursive: true, force: true });
  });
  await waitUntil('dockerd listens', () => existsSync(socket));
  const tag = `nscope-stop-${process.pid}:1`;
  run('docker', ['import', '-c', 'ENV PATH=/bin', packImage(directory), tag]);
  const id = run('docker', ['run', '-d', '--stop-timeout', '1', '--network', 'none', tag, 'sleep', '9999']);
  try {
    const leader = Number(run('docker', ['inspect', '--format', '{{.State.Pid}}', id]));
    await stopByRelease(leader, `docker stop ${id.slice(0, 12)}`);
  } finally {
    run('docker', ['rm', '-f', id]);
    run('docker', ['rmi', '-f', tag]);
  }
});

test('A machine of LXC is stopped by lxc-stop, where it is kept.', {
  skip: missing({ root: true, commands: [...image, 'lxc-create', 'lxc-start', 'lxc-info', 'lxc-stop'] }),
}, async (t) => {
  const directory = makeDirectory(t);
  const name = `nscope-stop-${process.pid}`;
  const lxc = (verb: string, ...words: string[]) => run(`lxc-${verb}`, ['-P', directory, '-n', name, ...words]);
  lxc('create', '-t', 'busybox');
  const config = join(directory, name, 'config');
  const kept = readFileSync(config, 'utf8').split('\n');
  writeFileSync(config, kept.filter((line) => !/^lxc\.(?:net\.0|apparmor)/.test(line)).join('\n'));
  appendFileSync(config, '\nlxc.net.0.type=empty\n');
  lxc('start', '-d');
  t.after(() => spawnSync('lxc-stop', ['-P', directory, '-n', name, '-k']));
  await stopByRelease(Number(lxc('info', '-pH')), `lxc-stop -P ${directory} -n ${name}`);
});
