// nscope watch --mounts and --links of a container: what it mounts, and the network that it is connected to.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchLeftCgroups } from '../../engines/left-cgroups.ts';
import { packImage, podmanOfRoot } from '../../engines/podman.ts';
import { missing } from '../../tiers.ts';
import { main } from '../run-nscope.ts';

after(watchLeftCgroups());

const commands = ['busybox', 'tar', 'podman', 'runc', 'ip'];

test('What a container mounts and the links that it gets are told by its name, and its end ends both.', {
  skip: missing({ root: true, commands }),
}, async (t) => {
  const { storage } = podmanOfRoot(t);
  const directory = mkdtempSync(join(tmpdir(), 'nscope-watch-podman-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const settings = join(directory, 'containers.conf');
  writeFileSync(settings, readFileSync(join(storage, '../containers.conf')));
  const run = (command: string, ...words: readonly string[]): string => {
    const env = { ...process.env, CONTAINERS_CONF: settings };
    const { status, stdout, stderr } = spawnSync(command, words, { encoding: 'utf8', env });
    assert.equal(status, 0, `${command} ${words.join(' ')}: ${stderr}`);
    return stdout.trim();
  };
  const tag = `localhost/nscope-watch-${process.pid}:1`;
  const name = `nscope-watch-${process.pid}`;
  const link = `nw${process.pid}`.slice(0, 15);
  run('podman', 'import', '-q', '-c', 'ENV PATH=/bin', packImage(directory), tag);
  t.after(() => spawnSync('podman', ['rmi', '-f', tag], { env: { ...process.env, CONTAINERS_CONF: settings } }));
  run('podman', 'run', '-d', '--name', name, '--network', 'none', '--cap-add', 'SYS_ADMIN', tag, 'sleep', '9999');
  const pid = run('podman', 'inspect', '-f', '{{.State.Pid}}', name);
  const words = [`--mounts=podman:${name}`, `--links=podman:${name}`, '--json', '--for', '120'];
  const watching = spawn(
    process.execPath,
    [main, 'watch', ...words, '--filter', 'path != null || link != null || event == "destroyed"'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let output = '';
  watching.stdout.on('data', (bytes) => {
    output += bytes;
  });
  const events = () =>
    output
      .split('\n')
      .slice(1, -1)
      .map((line) => JSON.parse(line));
  const seen = async (isIt: (event: ReturnType<typeof JSON.parse>) => boolean) => {
    for (const deadline = Date.now() + 60_000; !events().some(isIt); await sleep(50))
      assert.ok(Date.now() < deadline, `no event: ${isIt}`);
  };
  try {
    while (!output.includes('\n')) await sleep(20);
    run('podman', 'exec', name, '/bin/busybox', 'mount', '-t', 'tmpfs', 'inside', '/tmp');
    await seen((one) => one.event === 'mounted' && one.mount.mountPoint === '/tmp' && one.mount.source === 'inside');
    run('ip', 'link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', pid);
    await seen((one) => one.event.startsWith('link-') && one.link.name === 'eth0' && one.link.peer?.index > 0);
    run('podman', 'rm', '-f', '-t', '0', name);
    for (const kind of ['unmounted', 'link-removed'])
      await seen((one) => one.event === kind && (one.mount?.mountPoint === '/tmp' || one.link?.name === 'eth0'));
    for (const type of ['mnt', 'net']) await seen((one) => one.event === 'destroyed' && one.namespace.type === type);
    const told = events().filter(({ whose }) => whose !== undefined);
    assert.deepEqual([...new Set(told.map(({ whose }) => whose))], [`podman:${name}`]);
  } finally {
    watching.kill('SIGINT');
    await once(watching, 'close');
    spawnSync('podman', ['rm', '-f', '-t', '0', name], { env: { ...process.env, CONTAINERS_CONF: settings } });
    spawnSync('ip', ['link', 'del', link]);
  }
});
