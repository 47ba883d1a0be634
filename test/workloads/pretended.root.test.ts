// An ordinary user makes processes look like those of every engine: none of it is certain, and root is not led there.
import assert from 'node:assert/strict';
import { existsSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { collectSnapshot } from '../../src/collect/collect.ts';
import { isKnown } from '../../src/model/snapshot/known.ts';
import type { Snapshot, Workload } from '../../src/model/snapshot/schema.ts';
import { type WorkloadEngine, workloadEngines } from '../../src/model/snapshot/workload-engines.ts';
import { runNscope } from '../cli/run-nscope.ts';
import { missing } from '../tiers.ts';
import { asPretender, listHierarchies, Pretender, pretender, writeStorage } from './pretenders.ts';

const skip = missing({ root: true, commands: ['setpriv', 'unshare', 'perl', 'mount'] });

const id = 'e5'.repeat(32);
const uuid = '0f7a2c1e-93b8-418a-ac2d-776464a52773';

interface Pretence {
  readonly engine: WorkloadEngine;
  readonly how: string;
  begin(user: Pretender): Promise<number>;
}

const byWords: readonly (readonly [WorkloadEngine, string, readonly string[]])[] = [
  ['docker', 'containerd-shim-runc-v2', ['-namespace', 'moby', '-id', id]],
  ['containerd', 'containerd-shim-runc-v2', ['-namespace', 'line\nroot: all is well', '-id', id]],
  ['containerd', 'containerd-shim-runc-v2', ['-namespace', 'default', '-id', 'fake']],
  ['cri', 'containerd-shim-runc-v2', ['-namespace', 'k8s.io', '-id', id]],
  ['cri', 'conmon', ['-c', id, '-n', 'k8s_fake_pod_default_0f7a_0']],
  ['podman', 'conmon', ['-c', id, '-n', 'fake', '-b', '/var/lib/containers/storage/overlay-containers/x/userdata']],
  ['lxc', 'lxc-start', ['-n', 'fake', '-P', '/var/lib/lxc']],
  ['nspawn', 'systemd-nspawn', ['-M', 'fake']],
  ['bubblewrap', 'bwrap', ['--unshare-all', 'fake']],
  ['firejail', 'firejail', ['--name=fake']],
];

const byCgroup: readonly (readonly [WorkloadEngine, string])[] = [
  ['docker', `docker/${id}`],
  ['docker', `system.slice/docker-${id}.scope`],
  ['podman', `libpod_parent/libpod-${id}`],
  ['podman', `machine.slice/libpod-${id}.scope`],
  ['cri', `kubepods/besteffort/pod${uuid}/${id}`],
  ['cri', `kubepods-pod${uuid.replaceAll('-', '_')}.slice/crio-${id}.scope`],
  ['lxc', 'lxc.payload.fake'],
  ['lxc', 'lxc/fake'],
  ['nspawn', 'machine.slice/machine-fake.scope'],
  ['nspawn', 'systemd-nspawn@fake.service'],
  ['flatpak', 'app-flatpak-org.example.Fake-7.scope'],
  ['systemd', 'ssh.service'],
];

const pretences: readonly Pretence[] = [
  ...byWords.map(
    ([engine, program, words]): Pretence => ({
      engine,
      how: `by the name ${program} and ${words.slice(0, 2).join(' ').replaceAll('\n', ' ')}`,
      begin: (user) => user.monitor(program, words),
    }),
  ),
  ...byCgroup.map(
    ([engine, path]): Pretence => ({
      engine,
      how: `by a control group of his own, ${path.replaceAll(id, 'ID')}`,
      begin: (user) => user.inCgroup(listHierarchies()[0] ?? '', path),
    }),
  ),
  {
    engine: 'docker',
    how: 'by a control group of his own of version 1, docker/ID',
    begin: (user) => user.inCgroup(listHierarchies().at(-1) ?? '', `docker/${id}`),
  },
  {
    engine: 'lxc',
    how: 'by the title of a monitor',
    begin: (user) => user.titled('x', '[lxc monitor] /var/lib/lxc fake'),
  },
  {
    engine: 'podman',
    how: 'by a program that is set-user-ID root',
    begin: (user) => user.setUserIdMonitor('conmon', ['-c', id, '-n', 'fake']),
  },
  {
    engine: 'podman',
    how: 'with a state directory in his home',
    begin: (user) => user.monitor('conmon', ['-c', id, '-n', 'fake', '-b', writeStorage(user.directory, id, 'other')]),
  },
  {
    engine: 'docker',
    how: 'by an environment and a daemon of his own',
    begin: async (user) => {
      await user.monitor('dockerd', ['--data-root', user.directory, '-H', `unix://${user.directory}/s`]);
      return user.monitor('containerd-shim', ['-namespace', 'moby', '-id', id]);
    },
  },
  {
    engine: 'chromium',
    how: 'by the roles of its processes',
    begin: (user) => {
      const browser = join(user.directory, 'chromium');
      symlinkSync('/bin/sh', browser);
      const inside = `unshare -Urn ${browser} -c 'sleep 987; :' --type=renderer &\necho ready\nwait\n`;
      return user.run([...asPretender, browser, '-s'], inside);
    },
  },
  {
    engine: 'mininet',
    how: 'by the last word of a shell',
    begin: (user) =>
      user.run([...asPretender, 'sh', '-s'], `unshare -Urn sh -c 'sleep 987; :' mininet:fake &\necho ready\nwait\n`),
  },
];

function listOwn({ workloads, processes }: Snapshot): Workload[] {
  assert.ok(isKnown(workloads));
  const own = new Set(processes.filter(({ uid }) => uid === pretender).map(({ pid }) => pid));
  return workloads.filter(({ pids, leader }) => [...pids, leader ?? 0].some((pid) => own.has(pid)));
}

/** What the user says of himself, once it is there: a process may still be about to execute its program. */
async function waitForClaim(engine: WorkloadEngine): Promise<Workload> {
  for (const deadline = Date.now() + 20_000; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const snapshot = collectSnapshot();
    const own = listOwn(snapshot);
    for (const one of own) assertHis(one, snapshot);
    const found = own.find((one) => one.engine === engine);
    if (found) return found;
    assert.ok(Date.now() < deadline, JSON.stringify(own));
  }
}

function assertHis({ engine, name, certainty, claimedBy, pids }: Workload, { processes }: Snapshot): void {
  assert.deepEqual([certainty, claimedBy], ['likely', pretender], `${engine}:${name}`);
  const users = processes.filter(({ pid }) => pids.includes(pid)).map(({ uid }) => uid);
  assert.ok(
    users.every((uid) => uid === pretender),
    `${engine}:${name} has processes of ${users.join(' ')}`,
  );
}

for (const { engine, how, begin } of pretences)
  test(`Who pretends ${engine} ${how} has what is likely, and root does not enter it.`, { skip }, async (t) => {
    await begin(new Pretender(t));
    const claimed = await waitForClaim(engine);
    assert.ok(!claimed.evidence.some(({ by }) => by === 'state' || by === 'socket'));
    assert.notEqual(claimed.name, 'other');
    assertRefused(claimed);
  });

function assertRefused({ engine, id: own, leader }: Workload): void {
  const { status, stdout, stderr } = runNscope(['enter', `${engine}:${own}`, '--', 'echo', 'inside']);
  assert.deepEqual([status, stdout], [2, ''], stderr);
  assert.match(stderr, new RegExp(`is only likely: uid ${pretender} calls it so`));
  assert.match(stderr, new RegExp(`nscope enter ${leader}$`, 'm'));
  assert.doesNotMatch(stderr, /^root:/m, 'the words of a process begin no line');
  const entered = runNscope(['enter', String(leader), '--', 'echo', 'inside']);
  assert.equal(entered.stdout, 'inside\n', entered.stderr);
}

test('A name of ip netns in a mount namespace of an ordinary user names no network.', { skip }, async (t) => {
  const names = ['fake', `qdhcp-${uuid}`];
  await beginNetworks(new Pretender(t), names);
  const { workloads, namespaces } = collectSnapshot();
  assert.ok(isKnown(workloads));
  const inside = namespaces.filter((one) => one.type === 'net' && one.ownerUid === pretender);
  assert.ok(inside.length > 0, 'his network is seen');
  assert.ok(!workloads.some(({ name }) => names.includes(name)));
});

function beginNetworks(user: Pretender, names: readonly string[]): Promise<number> {
  const steps = names.map((name) => `touch /run/netns/${name}; mount --bind /proc/self/ns/net /run/netns/${name}`);
  const script = `mount -t tmpfs t /run && mkdir /run/netns; ${steps.join('; ')}; echo ready; exec sleep 987`;
  return user.run([...asPretender, 'unshare', '-Urmn', 'sh', '-c', script], '');
}

test('A name of ip netns that is a link to a process is only likely.', { skip }, async (t) => {
  const pid = await new Pretender(t).run(
    [...asPretender, 'unshare', '-Urn', 'sh', '-c', 'echo ready; exec sleep 987'],
    '',
  );
  const name = `nscope-link-${process.pid}`;
  if (!existsSync('/run/netns')) return t.skip('needs the directory /run/netns');
  symlinkSync(`/proc/${pid}/ns/net`, `/run/netns/${name}`);
  t.after(() => unlinkSync(`/run/netns/${name}`));
  const { workloads } = collectSnapshot();
  assert.ok(isKnown(workloads));
  assert.equal(workloads.find((one) => one.name === name)?.certainty, 'likely');
});

test('Every engine is pretended.', () => {
  const pretended = new Set<string>([...pretences.map(({ engine }) => engine), 'netns', 'openstack']);
  assert.deepEqual(
    workloadEngines.filter((engine) => !pretended.has(engine)),
    [],
  );
});
