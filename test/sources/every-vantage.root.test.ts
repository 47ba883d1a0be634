// What a snapshot must keep to from wherever it is taken: every namespace that somebody is shown in has a row, none has
// two, and none is said to be without processes where these merely could not be looked at.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { test } from 'node:test';
import { runNscope } from '../cli/run-nscope.ts';
import { hold } from '../held-process.ts';
import { asNobody, settings } from '../kernel/detect/settings.ts';
import { missing } from '../tiers.ts';
import { takeSnapshotIn } from './bad-conditions.ts';

const skip = missing({ root: true, commands: ['ip', 'unshare', 'setpriv', 'mount', 'umount', 'cc', 'setarch'] });

const vantages = settings.filter(({ name }) => !['/proc not mounted', '/proc of another pid namespace'].includes(name));

test('From every vantage each namespace that a process is shown in has a row, and counts what is inferred.', {
  skip,
}, async () => {
  const held = await hold('unshare', ['-Urnmpf', '--mount-proc', 'sh', '-c', 'sleep 300 & echo ready; wait']);
  try {
    let [inferred, rows] = [0, 0];
    for (const { prefix, environment = {} } of vantages) {
      const settled = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
      // takeSnapshotIn checks what is claimed.
      const { processes, namespaces } = takeSnapshotIn([...prefix, 'env', ...settled]);
      inferred += processes.filter((process) => process.inferred !== undefined).length;
      rows += namespaces.length;
    }
    assert.ok(inferred > 100 && rows > 100, `${inferred} inferred, ${rows} rows`);
  } finally {
    await held.end();
  }
});

test('In a child user namespace with the /proc of the host the namespace of its processes is listed as the initial one.', {
  skip,
}, () => {
  const { namespaces, processes } = takeSnapshotIn(['unshare', '-Ur']);
  const initial = namespaces.find(({ type, inode }) => type === 'user' && inode === 4026531837);
  assert.ok(processes.some(({ inferred }) => inferred?.user && 'inode' in inferred.user));
  assert.deepEqual([initial?.initial, initial?.owner, initial?.parent], [true, null, null]);
  assert.equal(initial?.processes.count, 0);
  assert.ok((initial?.processes.inferred?.likely ?? 0) > 0);
});

interface Named {
  readonly name: string;
  readonly inode: number;
}

async function withNamed(use: (full: Named, empty: Named) => void): Promise<void> {
  const [full, empty] = ['full', 'empty'].map((what) => `nscope-${what}-${process.pid}`) as [string, string];
  const identify = (name: string) => ({ name, inode: statSync(`/run/netns/${name}`).ino });
  for (const name of [full, empty]) execFileSync('ip', ['netns', 'add', name]);
  const held = await hold('ip', ['netns', 'exec', full, 'sh', '-c', 'echo ready; sleep 300']);
  try {
    use(identify(full), identify(empty));
  } finally {
    await held.end();
    for (const name of [full, empty]) execFileSync('ip', ['netns', 'delete', name]);
  }
}

test('To an ordinary user a named network namespace is not empty where its processes merely are unreadable.', {
  skip,
}, async () => {
  await withNamed((full, empty) => {
    const { namespaces, unnumbered } = takeSnapshotIn(asNobody);
    const netns = namespaces.filter(({ type }) => type === 'net');
    const [there, nobodys] = [full, empty].map(({ inode }) => netns.find((one) => one.inode === inode));
    // Either the process is put there, or both rows say that they may be one.
    if (there?.processes.inferred)
      assert.ok(there.processes.inferred.certain === 0 && there.processes.inferred.likely >= 1);
    else {
      assert.equal(there?.processes.mayBeMore, true);
      assert.equal(nobodys?.processes.mayBeMore, true);
      assert.ok(unnumbered.some(({ type, mayBe }) => type === 'net' && mayBe?.includes(full.inode)));
    }
    const words = ['ls', '--type', 'net', '-o', 'inode,processes', '--no-header'];
    const { stdout } = runNscope(words, '', { uid: 65534, gid: 65534, cwd: '/' });
    assert.match(stdout, new RegExp(`^${full.inode} +(?:~\\d+|\\?)$`, 'm'));
    const hidden = runNscope(['ls', '--hidden', '--type', 'net'], '', { uid: 65534, gid: 65534, cwd: '/' });
    if (hidden.stdout.includes(String(full.inode))) {
      assert.match(hidden.stdout, new RegExp(`${full.inode} +\\? `));
      assert.match(hidden.stderr, /in \d+ of these \d+ namespaces there may be processes/);
    }
    const show = runNscope(['show', `net:${full.name}`], '', { uid: 65534, gid: 65534, cwd: '/' });
    assert.doesNotMatch(show.stdout, /processes +none$/m);
    const root = takeSnapshotIn([]);
    assert.equal(root.namespaces.find(({ inode }) => inode === empty.inode)?.processes.mayBeMore, undefined);
  });
});

test('Where processes of others do not appear at all no namespace is said to have none.', { skip }, async () => {
  await withNamed((_, empty) => {
    for (const name of ['hidepid=2, ordinary user', 'container', 'container, network of the host']) {
      const setting = vantages.find((one) => one.name === name);
      assert.ok(setting);
      const { namespaces, host } = takeSnapshotIn(setting.prefix);
      const there = namespaces.find(({ type, inode }) => type === 'net' && inode === empty.inode);
      assert.equal(there?.processes.mayBeMore, true, name);
      const own = namespaces.find(({ type, inode }) => type === 'pid' && inode === host.vantage.procPidNamespace);
      assert.equal(own?.processes.mayBeMore, undefined, name);
    }
  });
});

test('A user without a uid in nscope’s user namespace is unmapped, and nobody only where that uid is somebody’s.', {
  skip,
}, async () => {
  const held = await hold('setpriv', [
    '--reuid=54321',
    '--regid=54321',
    '--clear-groups',
    'sh',
    '-c',
    'echo; sleep 300',
  ]);
  try {
    const fullRange = vantages.find(({ name }) => name === 'user namespace of the whole range');
    assert.ok(fullRange);
    for (const [prefix, uid, name] of [
      [['unshare', '-Ur'], 65534, 'unmapped'],
      [['unshare', '-U'], 65534, 'unmapped'],
      [fullRange.prefix, 54321, undefined],
      [[], 54321, undefined],
    ] as const) {
      const { processes, host } = takeSnapshotIn(prefix);
      const stranger = processes.find(({ pid }) => pid === held.pid);
      assert.deepEqual([stranger?.uid, host.users[String(uid)]], [uid, name], prefix.join(' '));
      assert.equal(host.vantage.unmappedUid, name === undefined ? undefined : 65534);
      if (name === undefined) assert.notEqual(host.users['65534'], 'unmapped');
    }
  } finally {
    await held.end();
  }
});
