import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { collectSnapshot } from '../../src/collect/collect.ts';
import { wantEverything } from '../../src/model/wanted.ts';
import { missing } from '../tiers.ts';
import { find } from './unshared.ts';

const skip = missing({ root: true, commands: ['ip'] });
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
