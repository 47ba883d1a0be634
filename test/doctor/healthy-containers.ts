// Healthy containers of real engines, for counting what doctor says of them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { startContainerd, startDocker } from '../engines/docker.ts';
import { podmanOfRoot, podmanOfUser } from '../engines/podman.ts';
import type { StartedKind } from './own-findings.ts';

const idle = ['sleep', '9999'];
const noNetwork = ['--network', 'none'];

/** Ends with 25 orphans that its init does not wait for. */
const orphans = 'i=0; while [ $i -lt 25 ]; do (sleep 1 &); i=$((i+1)); done; exec sleep 9999';

/** Ten, and twins of them that doctor must find. */
export async function startDockerContainers(t: TestContext): Promise<{ healthy: StartedKind; twins: StartedKind[] }> {
  const docker = await startDocker(t);
  const run = (...words: string[]) => docker.run('run', '-d', ...words, 'bb:1', ...idle);
  for (let at = 0; at < 9; at++) run(...noNetwork);
  run(...noNetwork, '--init', '--read-only', '--user', '1000');
  const healthy = { kind: 'docker, idle', count: 10, marks: [docker.directory], except: [] as string[] };
  const twins = [
    ['docker --pid host --cap-add SYS_PTRACE', '--pid', 'host', '--cap-add', 'SYS_PTRACE', ...noNetwork],
    ['docker --network host --cap-add NET_ADMIN', '--network', 'host', '--cap-add', 'NET_ADMIN'],
  ].map(([kind = '', ...words]) => ({ kind, count: 1, marks: [run(...words)] }));
  const littered = docker.run('run', '-d', ...noNetwork, 'bb:1', 'sh', '-c', orphans);
  twins.push({ kind: 'docker, 25 orphans that its init does not wait for', count: 1, marks: [littered] });
  healthy.except.push(...twins.flatMap(({ marks }) => marks));
  return { healthy, twins };
}

export async function startContainerdTasks(t: TestContext): Promise<StartedKind> {
  const containerd = await startContainerd(t);
  const root = ['--rootfs', join(containerd.directory, 'rootfs')];
  for (const id of ['c1', 'c2']) containerd.run('run', '-d', ...root, id, '/bin/sleep', '9999');
  return { kind: 'containerd', count: 2, marks: [containerd.directory] };
}

export function startPodmanContainers(t: TestContext): StartedKind {
  const podman = podmanOfRoot(t);
  const run = (...words: string[]) => podman.run('run', '-d', ...words, 'localhost/bb:1', ...idle);
  run(...noNetwork);
  run(...noNetwork, '--cgroupns', 'private');
  run(...noNetwork, '--uidmap', '0:200000:65536', '--gidmap', '0:200000:65536');
  podman.run('pod', 'create', '--name', 'shop', '--share', 'ipc,uts,net', ...noNetwork);
  run('--pod', 'shop');
  return { kind: 'podman, one of them in a pod', count: 4, marks: [podman.storage] };
}

export function startRootlessContainers(t: TestContext): StartedKind {
  const { podman, user } = podmanOfUser(t);
  for (let at = 0; at < 2; at++) podman.run('run', '-d', ...noNetwork, 'localhost/bb:1', ...idle);
  const uid = Number(spawnSync('id', ['-u', user], { encoding: 'utf8' }).stdout);
  return { kind: 'podman, rootless', count: 2, marks: [], uids: [uid] };
}

export function startLxc(t: TestContext): StartedKind {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-lxc-'));
  const lxc = (command: string, ...words: string[]) => {
    const all = ['-P', directory, '-n', 'healthy', ...words];
    const { stderr, status } = spawnSync(`lxc-${command}`, all, { encoding: 'utf8', timeout: 60_000 });
    assert.equal(status, 0, stderr);
  };
  lxc('create', '-t', 'busybox');
  const config = join(directory, 'healthy/config');
  const kept = readFileSync(config, 'utf8').split('\n');
  writeFileSync(config, kept.filter((line) => !/^lxc\.(?:net\.0|apparmor)/.test(line)).join('\n'));
  appendFileSync(config, '\nlxc.net.0.type=empty\n');
  lxc('start', '-d');
  t.after(() => {
    lxc('stop', '-k');
    rmSync(directory, { recursive: true, force: true });
  });
  return { kind: 'LXC, busybox', count: 1, marks: [directory] };
}
