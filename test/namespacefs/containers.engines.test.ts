// The containers of real engines, as a script sees them that knows nothing but the layout of 2021.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { findCommand, missing } from '../tiers.ts';
import { mountFor } from './mounted.ts';

const needs = {
  root: true,
  commands: ['podman', 'runc', 'busybox', 'python3', 'tar'],
  files: ['/dev/fuse'],
};
const skip = missing(needs);
const rootless = ['useradd', 'userdel', 'newuidmap', 'setpriv', 'pkill'];
const skipRootless = missing({ ...needs, commands: [...needs.commands, ...rootless] });

/** Podman with a place of its own; `as` goes before it, to run it as another user. */
class Podman {
  readonly #directory: string;
  readonly #as: readonly string[];
  readonly #env: NodeJS.ProcessEnv;

  constructor(directory: string, processes: number, as: readonly string[], env: NodeJS.ProcessEnv) {
    this.#directory = directory;
    this.#as = as;
    const limits = `["nofile=20000:20000","nproc=${processes}:${processes}"]`;
    const engine = '[engine]\nruntime="runc"\ncgroup_manager="cgroupfs"\nevents_logger="file"\n';
    writeFileSync(join(directory, 'containers.conf'), `[containers]\ndefault_ulimits=${limits}\n${engine}`);
    this.#env = { ...env, CONTAINERS_CONF: join(directory, 'containers.conf') };
  }

  run(...words: string[]): string {
    const places = ['--root', join(this.#directory, 'root'), '--runroot', join(this.#directory, 'run')];
    const [command = '', ...rest] = [...this.#as, findCommand('podman') ?? '', ...places, ...words];
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
function packImage(directory: string): string {
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

/** What the script prints of the containers: by host name the PIDs and the user. */
function listContainers(directory: string): ReadonlyMap<string, { readonly pids: string; readonly user: string }> {
  const script = join(process.cwd(), 'test/namespacefs/list-containers.py');
  const { stdout, stderr, status } = spawnSync('python3', [script, directory], { encoding: 'utf8', timeout: 60_000 });
  assert.equal(status, 0, stderr);
  const found = stdout.matchAll(/^(\S+) -> pids: \[([^\]]*)\] user: (\S+)$/gm);
  return new Map([...found].map(([, name = '', pids = '', user = '']) => [name, { pids, user }]));
}

const noNetwork = ['--network', 'none'];

/** Starts containers, mounts namespacefs, and holds what the script prints against what podman says. */
async function compare(t: TestContext, podman: Podman, image: string, containers: readonly Container[]): Promise<void> {
  podman.run('import', '-q', '-c', 'ENV PATH=/bin', image, 'localhost/bb:1');
  for (const { host, words } of containers)
    podman.run(
      'run',
      '-d',
      '--name',
      host,
      '--hostname',
      host,
      ...noNetwork,
      ...words,
      'localhost/bb:1',
      'sleep',
      '9999',
    );
  const { directory } = await mountFor(t);
  const found = listContainers(directory);
  for (const { host, user } of containers) {
    const pid = podman.run('inspect', '--format', '{{.State.Pid}}', host);
    assert.deepEqual(found.get(host), { pids: pid, user }, host);
  }
}

interface Container {
  readonly host: string;
  readonly user: string;
  /** Further options of podman run. */
  readonly words: readonly string[];
}

test('The containers of podman are found by the layout of 2021, with their processes.', { skip }, async (t) => {
  const scratch = mkdtempSync(join(tmpdir(), 'nscope-podman-'));
  const podman = new Podman(scratch, 32_768, [], process.env);
  t.after(() => {
    podman.run('rm', '-fa', '-t0');
    spawnSync('umount', [join(scratch, 'root', 'overlay')]);
    rmSync(scratch, { recursive: true, force: true });
  });
  const mapped = ['--uidmap', '0:200000:65536', '--gidmap', '0:200000:65536'];
  await compare(t, podman, packImage(scratch), [
    { host: 'box-plain', user: 'root', words: [] },
    { host: 'box-mapped', user: 'root', words: mapped },
  ]);
});

test('The containers of a user are found by root, and belong to the user.', { skip: skipRootless }, async (t) => {
  const user = `nscope${process.pid}`;
  assert.equal(spawnSync('useradd', ['-m', user]).status, 0);
  const home = `/home/${user}`;
  const runtime = join(home, 'runtime');
  mkdirSync(runtime);
  const ids = spawnSync('id', ['-u', user], { encoding: 'utf8' }).stdout.trim();
  const asUser = ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--init-groups'];
  const env = { HOME: home, XDG_RUNTIME_DIR: runtime, PATH: process.env['PATH'] };
  const podman = new Podman(home, 4096, asUser, env);
  t.after(() => {
    podman.run('rm', '-fa', '-t0');
    // The process that keeps the user namespace of podman stays, and with it the user would.
    spawnSync('pkill', ['-KILL', '-u', ids]);
    spawnSync('userdel', ['-rf', user]);
  });
  const image = packImage(home);
  assert.equal(spawnSync('chown', ['-R', `${user}:`, home]).status, 0);
  await compare(t, podman, image, [{ host: 'box-rootless', user, words: [] }]);
});
