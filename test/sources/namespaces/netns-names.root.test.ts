import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { test } from 'node:test';
import { collectSnapshot } from '../../../src/collect/collect.ts';
import { findMountChanges } from '../../../src/live/lists/own-mounts.ts';
import { LiveState } from '../../../src/model/live/live-state.ts';
import { wantEverything } from '../../../src/model/snapshot/wanted.ts';
import { main } from '../../cli/run-nscope.ts';
import { hold } from '../../held-process.ts';
import { missing } from '../../tiers.ts';
import { find } from '../unshared.ts';

const skip = missing({ root: true, commands: ['ip', 'unshare', 'mount', 'umount', 'mkfifo'] });
const wanted = { ...wantEverything, holders: false, bpf: false };

test('A network namespace that ip netns named is listed with its name, though no process is in it.', { skip }, () => {
  const names = [`nscope ${process.pid}`, `nscope-${process.pid}-ü`];
  try {
    for (const name of names) execFileSync('ip', ['netns', 'add', name]);
    const snapshot = collectSnapshot(wanted);
    for (const name of names) {
      const path = `/run/netns/${name}`;
      const namespace = find(snapshot, 'net', statSync(path).ino);
      assert.deepEqual(namespace.names, [{ kind: 'ip-netns', name, path }]);
      assert.deepEqual(namespace.processes, { count: 0, threads: 0, forChildren: 0, leader: null });
      assert.equal(namespace.owner, snapshot.host.vantage.namespaces.user);
      assert.equal(namespace.dev, statSync(path).dev);
    }
  } finally {
    for (const name of names) execFileSync('ip', ['netns', 'delete', name]);
  }
  const after = collectSnapshot(wanted);
  for (const { names: left } of after.namespaces)
    for (const { name } of left) assert.ok(!names.includes(name), `${name} is still there`);
});

test('A name that is not UTF-8 is listed with its bytes as PEP 383 has them, and leads to its namespace.', {
  skip,
}, () => {
  const shell = (script: string) => execFileSync('bash', ['-c', script], { encoding: 'utf8', cwd: process.cwd() });
  const escaped = `nscope-${process.pid}-\\xff\\xc3ü`;
  const name = `nscope-${process.pid}-\udcff\udcc3ü`;
  const path = `/run/netns/${name}`;
  try {
    const inode = Number(shell(`ip netns add $'${escaped}' && stat -Lc %i $'/run/netns/${escaped}'`));
    assert.deepEqual(find(collectSnapshot(wanted), 'net', inode).names, [{ kind: 'ip-netns', name, path }]);
    for (const target of [`$'net:${escaped}'`, `$'/run/netns/${escaped}'`, `$'${escaped}'`]) {
      const told = shell(`${process.execPath} ${main} show --json ${target}`);
      assert.equal(JSON.parse(told).namespaces[0].inode, inode, target);
      assert.ok(told.includes('\\udcff\\udcc3ü'), 'JSON carries the bytes as escapes');
    }
    const link = shell(`${process.execPath} ${main} enter $'net:${escaped}' -- readlink /proc/self/ns/net`);
    assert.equal(link, `net:[${inode}]\n`);
  } finally {
    shell(`ip netns delete $'${escaped}'`);
  }
});

test('A file in the directory of ip netns on which no namespace is mounted is no name.', { skip }, () => {
  const path = `/run/netns/nscope-stale-${process.pid}`;
  execFileSync('ip', ['netns', 'add', `nscope-stale-${process.pid}-beside`]);
  try {
    closeSync(openSync(path, 'w'));
    const names = collectSnapshot(wanted).namespaces.flatMap((namespace) => namespace.names.map(({ name }) => name));
    assert.ok(names.includes(`nscope-stale-${process.pid}-beside`));
    assert.ok(!names.includes(`nscope-stale-${process.pid}`));
  } finally {
    rmSync(path, { force: true });
    execFileSync('ip', ['netns', 'delete', `nscope-stale-${process.pid}-beside`]);
  }
});

test('What is no network namespace is not taken for one, wherever it is mounted, and its file still leads to it.', {
  skip,
}, async () => {
  const [uts = '', fifo = '', link = ''] = ['uts', 'fifo', 'link'].map(
    (what) => `/run/netns/nscope-${what}-${process.pid}`,
  );
  execFileSync('ip', ['netns', 'add', `nscope-${process.pid}-beside`]);
  const held = await hold('unshare', ['--uts', 'sh', '-c', 'echo ready; sleep 300']);
  try {
    closeSync(openSync(uts, 'w'));
    execFileSync('mount', ['--bind', `/proc/${held.pid}/ns/uts`, uts]);
    execFileSync('mkfifo', [fifo]);
    symlinkSync('/proc/self/ns/net', link);
    const { ino } = statSync(uts);
    for (const wants of [wanted, { ...wantEverything, workloads: false }]) {
      const { namespaces } = collectSnapshot(wants);
      const found = namespaces.filter(({ inode }) => inode === ino);
      assert.deepEqual(
        found.map(({ type, names }) => [type, names]),
        [['uts', [{ kind: 'bind-mount', name: `nscope-uts-${process.pid}`, path: uts }]]],
      );
      const named = (path: string) => namespaces.filter(({ names }) => names.some((name) => name.path === path));
      assert.deepEqual(named(fifo), []);
      assert.deepEqual(
        named(link).map(({ type, inode }) => [type, inode]),
        [['net', statSync('/proc/self/ns/net').ino]],
      );
    }
    const state = new LiveState(collectSnapshot(wanted));
    assert.equal(state.names.get(uts)?.key, `uts:[${ino}]`);
    assert.deepEqual(
      findMountChanges(state, undefined).filter((event) => 'name' in event && event.name.path === uts),
      [],
      'the live reader says the same',
    );
  } finally {
    execFileSync('umount', [uts]);
    for (const path of [uts, fifo, link]) rmSync(path, { force: true });
    await held.end();
    execFileSync('ip', ['netns', 'delete', `nscope-${process.pid}-beside`]);
  }
});
