// The containers of real engines, as a script sees them that knows nothing but the layout of 2021.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Podman, podmanOfRoot, podmanOfUser } from '../engines/podman.ts';
import { missing } from '../tiers.ts';
import { mountFor } from './mounted.ts';

const needs = {
  root: true,
  commands: ['podman', 'runc', 'busybox', 'python3', 'tar'],
  files: ['/dev/fuse'],
};
const skip = missing(needs);
const rootless = ['useradd', 'userdel', 'newuidmap', 'setpriv', 'pkill'];
const skipRootless = missing({ ...needs, commands: [...needs.commands, ...rootless] });

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
async function compare(t: TestContext, podman: Podman, containers: readonly Container[]): Promise<void> {
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
  const mapped = ['--uidmap', '0:200000:65536', '--gidmap', '0:200000:65536'];
  await compare(t, podmanOfRoot(t), [
    { host: 'box-plain', user: 'root', words: [] },
    { host: 'box-mapped', user: 'root', words: mapped },
  ]);
});

test('The containers of a user are found by root, and belong to the user.', { skip: skipRootless }, async (t) => {
  const { podman, user } = podmanOfUser(t);
  await compare(t, podman, [{ host: 'box-rootless', user, words: [] }]);
});
