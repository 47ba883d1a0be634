// Docker and containerd with places of their own: daemons on sockets of their own, without networks.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { findCommand } from '../tiers.ts';
import { packImage } from './podman.ts';

export interface Daemon {
  readonly directory: string;
  readonly socket: string;
  /** Runs the client, and gives what it printed. */
  run(...words: string[]): string;
}

/** dockerd with the image bb:1, whose socket the group may use; gone with all its containers after the test. */
export async function startDocker(t: TestContext, group = 'root'): Promise<Daemon> {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-docker-'));
  // The group of the socket has to reach it.
  chmodSync(directory, 0o755);
  const socket = join(directory, 'socket');
  const own = ['--data-root', `${directory}/data`, '--exec-root', `${directory}/exec`, '-p', `${directory}/pid`];
  const networks = ['iptables', 'ip6tables', 'ip-masq', 'ip-forward'].map((name) => `--${name}=false`);
  const words = [...own, '-H', `unix://${socket}`, '-G', group, '--bridge=none', ...networks];
  const daemon = await start('dockerd', words, socket);
  const run = (...rest: string[]) => client('docker', ['-H', `unix://${socket}`, ...rest]);
  t.after(async () => {
    const ids = run('ps', '-aq').split('\n').filter(Boolean);
    if (ids.length > 0) run('rm', '-f', ...ids);
    await stop(daemon);
    const names = `${directory}/exec/netns`;
    for (const name of existsSync(names) ? readdirSync(names) : []) spawnSync('umount', [join(names, name)]);
    rmSync(directory, { recursive: true, force: true });
  });
  run('import', '-c', 'ENV PATH=/bin', packImage(directory), 'bb:1');
  return { directory, socket, run };
}

/**
 * containerd, whose containers get the directory `rootfs`.
 * @param state - where it keeps what runs, when not in a place of its own
 */
export async function startContainerd(t: TestContext, state?: string): Promise<Daemon> {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-containerd-'));
  const socket = join(directory, 'socket');
  packImage(directory);
  const config = join(directory, 'config.toml');
  const places = `root = "${directory}/root"\nstate = "${state ?? `${directory}/state`}"\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]`;
  writeFileSync(config, `version = 2\n${places}\n[grpc]\naddress = "${socket}"\n`);
  mkdirSync(join(directory, 'state'));
  const daemon = await start('containerd', ['-c', config], socket);
  const run = (...rest: string[]) => client('ctr', ['-a', socket, ...rest]);
  t.after(async () => {
    for (const name of run('namespaces', 'ls', '-q').split('\n').filter(Boolean))
      for (const id of run('-n', name, 'tasks', 'ls', '-q').split('\n').filter(Boolean))
        run('-n', name, 'tasks', 'rm', '-f', id);
    await stop(daemon);
    rmSync(directory, { recursive: true, force: true });
  });
  return { directory, socket, run };
}

async function start(command: string, words: readonly string[], socket: string): Promise<ChildProcess> {
  const daemon = spawn(findCommand(command) ?? command, words, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  let log = '';
  daemon.stderr.on('data', (bytes) => {
    log = (log + String(bytes)).slice(-4000);
  });
  for (const deadline = Date.now() + 60_000; !existsSync(socket); ) {
    if (daemon.exitCode !== null || Date.now() > deadline) throw new Error(`${command} did not start: ${log}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return daemon;
}

async function stop(daemon: ChildProcess): Promise<void> {
  const exit = once(daemon, 'exit');
  daemon.kill('SIGTERM');
  await exit;
  daemon.stderr?.destroy();
}

function client(command: string, words: readonly string[]): string {
  const options = { encoding: 'utf8', timeout: 60_000 } as const;
  const { stdout, stderr, status } = spawnSync(findCommand(command) ?? command, words, options);
  assert.equal(status, 0, `${command} ${words.join(' ')}: ${stderr}`);
  return stdout.trim();
}
