// Podman with a place of its own, and an image that needs no registry.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { waitUntil } from '../marked-processes.ts';
import { findCommand } from '../tiers.ts';

/** Podman with a place of its own; `as` goes before it, to run it as another user. */
export class Podman {
  readonly #directory: string;
  readonly #as: readonly string[];
  readonly #env: NodeJS.ProcessEnv;
  readonly #runroot: string;

  /**
   * @param processes - the hard limit of processes, which its containers may not pass
   * @param runroot - where the state of what runs lies
   */
  constructor(
    directory: string,
    processes: number,
    as: readonly string[],
    env: NodeJS.ProcessEnv,
    runroot = join(directory, 'run'),
  ) {
    this.#directory = directory;
    this.#runroot = runroot;
    this.#as = as;
    const limits = `["nofile=20000:20000","nproc=${processes}:${processes}"]`;
    const engine = '[engine]\nruntime="runc"\ncgroup_manager="cgroupfs"\nevents_logger="file"\n';
    writeFileSync(join(directory, 'containers.conf'), `[containers]\ndefault_ulimits=${limits}\n${engine}`);
    this.#env = { ...env, CONTAINERS_CONF: join(directory, 'containers.conf') };
  }

  /** Where it keeps what it runs. */
  get storage(): string {
    return join(this.#directory, 'root');
  }

  /** What its commands are run with. */
  get environment(): NodeJS.ProcessEnv {
    return this.#env;
  }

  /** The whole command line of one of its commands. */
  words(...words: readonly string[]): string[] {
    const places = ['--root', join(this.#directory, 'root'), '--runroot', this.#runroot];
    return [...this.#as, findCommand('podman') ?? '', ...places, ...words];
  }

  run(...words: string[]): string {
    const [command = '', ...rest] = this.words(...words);
    const { stdout, stderr, status } = spawnSync(command, rest, {
      encoding: 'utf8',
      timeout: 120_000,
      env: this.#env,
      cwd: this.#directory,
    });
    assert.equal(status, 0, `podman ${words[0]}: ${stderr}`);
    return stdout.trim();
  }
}

/** A file system with busybox and nothing else, packed. */
export function packImage(directory: string): string {
  const root = join(directory, 'rootfs');
  for (const name of ['bin', 'dev', 'proc', 'sys', 'tmp', 'etc', 'root', 'var'])
    mkdirSync(join(root, name), { recursive: true });
  cpSync(findCommand('busybox') ?? '', join(root, 'bin/busybox'));
  for (const name of ['sh', 'sleep']) symlinkSync('busybox', join(root, 'bin', name));
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  const image = join(directory, 'image.tar');
  assert.equal(spawnSync('tar', ['-cf', image, '-C', root, '.']).status, 0);
  return image;
}

/** Root's own, with the image localhost/bb:1; all its containers are gone after the test. `as` goes before each command. */
export function podmanOfRoot(t: TestContext, as: readonly string[] = []): Podman {
  const bridge = '/sys/class/net/cni-podman0';
  const hadBridge = existsSync(bridge);
  const scratch = mkdtempSync(join(tmpdir(), 'nscope-podman-'));
  const podman = new Podman(scratch, 32_768, as, process.env);
  t.after(async () => {
    podman.run('pod', 'rm', '-fa', '-t0');
    podman.run('rm', '-fa', '-t0');
    // What conmon starts when a container has ended may still be at work in it, and mounts it anew.
    await waitUntil('podman is at rest', () => !listCommandLines().some((line) => line.includes(scratch)));
    if (!hadBridge && existsSync(bridge)) spawnSync('ip', ['link', 'del', 'cni-podman0']);
    spawnSync('umount', [join(scratch, 'root', 'overlay')]);
    rmSync(scratch, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  });
  importImage(podman, packImage(scratch));
  return podman;
}

/**
 * That of a user who is made for it, with the same image.
 * @param isUsual - whether what runs is kept below /run/user, as where the user has logged in
 */
export function podmanOfUser(t: TestContext, isUsual = false): { readonly podman: Podman; readonly user: string } {
  const user = `nscope${process.pid}`;
  assert.equal(spawnSync('useradd', ['-m', user]).status, 0);
  const home = `/home/${user}`;
  const ids = spawnSync('id', ['-u', user], { encoding: 'utf8' }).stdout.trim();
  const runtime = isUsual ? `/run/user/${ids}` : join(home, 'runtime');
  mkdirSync(runtime, { recursive: true });
  chownSync(runtime, Number(ids), Number(ids));
  const asUser = ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--init-groups'];
  const env = { HOME: home, XDG_RUNTIME_DIR: runtime, PATH: process.env['PATH'] };
  const podman = new Podman(home, 4096, asUser, env, isUsual ? join(runtime, 'containers') : undefined);
  t.after(() => {
    podman.run('rm', '-fa', '-t0');
    // The process that keeps the user namespace of podman stays, and with it the user would.
    spawnSync('pkill', ['-KILL', '-u', ids]);
    spawnSync('userdel', ['-rf', user]);
    rmSync(runtime, { recursive: true, force: true });
  });
  const image = packImage(home);
  assert.equal(spawnSync('chown', ['-R', `${user}:`, home]).status, 0);
  importImage(podman, image);
  return { podman, user };
}

function listCommandLines(): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      return /^\d+$/.test(pid) ? [readFileSync(`/proc/${pid}/cmdline`, 'latin1')] : [];
    } catch {
      // It has ended.
      return [];
    }
  });
}

function importImage(podman: Podman, image: string): void {
  podman.run('import', '-q', '-c', 'ENV PATH=/bin', image, 'localhost/bb:1');
}
