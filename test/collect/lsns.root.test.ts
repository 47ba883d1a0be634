// Parity with lsns(8): of what both claim to see they must say the same.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { namespaceTypes } from '../../src/model/snapshot/namespace-types.ts';
import { unshareNeeds } from '../sources/unshared.ts';
import { missing } from '../tiers.ts';
import type { BothLists } from './list-beside-lsns.ts';

test('What lsns lists nscope lists with the same type, processes, leader, owner and parent, and no process less.', {
  skip: missing({ ...unshareNeeds, root: true, commands: ['lsns', 'unshare', 'hostname'] }),
}, () => {
  const program = fileURLToPath(new URL('./list-beside-lsns.js', import.meta.url));
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    ['--pid', '--fork', '--kill-child', '--mount-proc', process.execPath, program],
    { encoding: 'utf8', timeout: 60_000, maxBuffer: 2 ** 28 },
  );
  assert.equal(status, 0, stderr);
  const { lsns, before, after, own } = JSON.parse(stdout) as BothLists;
  const peopled = before.namespaces.filter(({ processes }) => processes.count > 0);
  assert.deepEqual(
    after.namespaces.filter(({ processes }) => processes.count > 0).map(({ inode }) => inode),
    peopled.map(({ inode }) => inode),
    'the processes did not stand still',
  );
  // The namespaces of this pid namespace, and at least one more of each type.
  for (const type of namespaceTypes)
    assert.ok(lsns.filter((row) => row.type === type).length >= 2, `too few of ${type}`);
  assert.deepEqual(lsns.map(({ ns }) => ns).sort(), peopled.map(({ inode }) => inode).sort());
  let relatives = 0;
  for (const row of lsns) {
    const namespace = peopled.find(({ inode }) => inode === row.ns);
    const name = `${row.type}:[${row.ns}]`;
    assert.ok(namespace, name);
    assert.equal(namespace.type, row.type, name);
    assert.equal(namespace.processes.count, row.nprocs - (own.includes(row.ns) ? 1 : 0), `the processes in ${name}`);
    assert.equal(namespace.processes.leader, row.pid, `the leader of ${name}`);
    if (row.ons !== 0) assert.equal(namespace.owner, row.ons, `the owner of ${name}`);
    if (row.pns !== 0) assert.equal(namespace.parent, row.pns, `the parent of ${name}`);
    relatives += Number(row.ons !== 0) + Number(row.pns !== 0);
  }
  assert.ok(relatives >= 16, `only ${relatives} owners and parents were compared`);
});
