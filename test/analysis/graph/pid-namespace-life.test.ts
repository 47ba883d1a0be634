// Whether a pid namespace lives, as far as a snapshot tells.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgePidNamespace } from '../../../src/analysis/graph/pid-namespace-life.ts';
import type { Fact } from '../../../src/model/facts/facts.ts';
import { container, indexOf } from '../../container-host.ts';
import { deniedLinks, hostFact, hostInodes, linksOf, processFact } from '../../recorded-facts.ts';

const held = 4026532800;

function judge(inode: number, others: readonly Fact[] = []) {
  const index = indexOf(others);
  const { state, zombies } = judgePidNamespace(index.namespace('pid', inode) ?? assert.fail(), index);
  return { state, zombies: zombies.map(({ pid }) => pid) };
}

const withoutInit: Fact = {
  fact: 'namespace',
  type: 'pid',
  inode: held,
  parent: hostInodes.pid,
  owner: hostInodes.user,
};

test('One whose init runs is alive, and those in it that have ended are its zombies.', () => {
  assert.deepEqual(judge(container.pid), { state: 'alive', zombies: [] });
  const zombie = processFact(204, [], { ppid: 201, state: 'Z', namespaces: linksOf({ pid: container.pid }) });
  assert.deepEqual(judge(container.pid, [zombie]), { state: 'alive', zombies: [204] });
});

test('One without an init is dead, also where the init is a zombie.', () => {
  assert.deepEqual(judge(held, [{ ...withoutInit, stage: 'dead' }]), { state: 'dead', zombies: [] });
  assert.deepEqual(judge(held, [withoutInit, hostFact({ kernel: '6.1.0' })]), { state: 'dead', zombies: [] });
  const zombie = processFact(300, [], { state: 'Z', namespaces: linksOf({ pid: held }) });
  const nested: Fact = { fact: 'nested-pids', pid: 300, pids: [300, 1] };
  assert.deepEqual(judge(held, [withoutInit, zombie, nested]), { state: 'dead', zombies: [300] });
});

test('Where only links for children lead to it none may have been born in it yet.', () => {
  const parent = processFact(301, ['unshare'], { namespaces: linksOf({ pid_for_children: held }) });
  assert.equal(judge(held, [withoutInit, parent]).state, 'no-init');
});

test('What the kernel told of it is believed, however often it was asked.', () => {
  for (const stage of ['unborn', 'dead'] as const) assert.equal(judge(held, [{ ...withoutInit, stage }]).state, stage);
  const facts: Fact[] = (['dead', 'alive', 'unborn'] as const).map((stage) => ({ ...withoutInit, stage }));
  assert.equal(judge(held, facts).state, 'dead');
  assert.equal(judge(held, facts.slice(1)).state, 'alive');
  // It has ended since the first look, and its parent has not waited for it.
  assert.equal(judge(container.pid, [{ ...withoutInit, inode: container.pid, stage: 'dead' }]).state, 'dead');
});

test('From Linux 6.11 on one without an init may have had none, unless the kernel told.', () => {
  for (const [kernel, state] of [
    ['6.1.0-50-amd64', 'dead'],
    ['6.10.14', 'dead'],
    ['6.11.0', 'no-init'],
    ['7.3.4', 'no-init'],
  ] as const)
    assert.equal(judge(held, [withoutInit, hostFact({ kernel })]).state, state, kernel);
});

test('It is not called dead where its init may be out of sight.', () => {
  const hidden = processFact(302, ['init'], { namespaces: deniedLinks });
  const nested: Fact = { fact: 'nested-pids', pid: 302, pids: [302, 1] };
  assert.equal(judge(held, [withoutInit, hidden, nested]).state, 'unknown');
  const member = processFact(303, ['sleep'], { namespaces: linksOf({ pid: held }) });
  assert.equal(judge(held, [withoutInit, member, { fact: 'nested-pids', pid: 303, pids: [303, 2] }]).state, 'unknown');
  // Beside the pid namespace that nscope's /proc shows, and not below it.
  const { host } = hostFact();
  const inside = hostFact({ vantage: { ...host.vantage, procPidNamespace: container.pid } });
  assert.equal(judge(held, [withoutInit, inside]).state, 'unknown');
});

test('One whose init has ended as a leader, while threads of it live on, is alive, and that is no zombie.', () => {
  const leader = processFact(300, [], { state: 'Z', threads: 2, namespaces: linksOf({ pid: held }) });
  const nested = { fact: 'nested-pids', pid: 300, pids: [300, 1] } as const;
  assert.deepEqual(judge(held, [withoutInit, leader, nested]), { state: 'alive', zombies: [] });
});
