// Namespaces without a process that nobody reaches by a name.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namespaceLeaked } from '../../../src/analysis/rules/namespace-leaked.ts';
import type { Namespace } from '../../../src/model/snapshot/schema.ts';
import { hostInodes, linksOf, processFact } from '../../recorded-facts.ts';
import { ago, hostOf, judge, mountedOn, vacant } from './vacant-host.ts';

const inode = 4026532900;
const around = 4026532901;
const queued: Partial<Namespace> = {
  holders: [{ kind: 'in-flight', pid: 300, fd: 4, socket: 77 }],
  holderCounts: { 'in-flight': 1 },
};
const kept: Partial<Namespace> = { holders: [{ kind: 'fd', pid: 300, fd: 4 }], holderCounts: { fd: 1 } };
const keeper = processFact(300, ['keeper']);

function find(...namespaces: readonly Namespace[]) {
  return judge(namespaceLeaked, hostOf({ namespaces, facts: [keeper] }));
}

test('What waits in a queue for more than ten minutes is leaked, with what holds it.', () => {
  const { findings } = find(vacant(inode, { ...queued, openSince: ago(1200) }));
  assert.equal(findings[0]?.severity, 'warning');
  assert.match(findings[0].says, /^net:\[4026532900\] has no process and waits in the queue of a socket/);
  assert.deepEqual(findings[0].seen, [
    'there for 20 min at least',
    'made by user root, who made the user namespace that owns it',
    'held by in-flight of process 300 (keeper), descriptor 4',
  ]);
  assert.deepEqual(find(vacant(inode, { ...queued, openSince: ago(60) })).findings, []);
});

test('One that open descriptors alone keep is a note after an hour, since a program may mean to enter again.', () => {
  assert.equal(find(vacant(inode, { ...kept, openSince: ago(7200) })).findings[0]?.severity, 'note');
  assert.deepEqual(find(vacant(inode, { ...kept, openSince: ago(1800) })).findings, []);
  const { findings, undecided } = find(vacant(inode, kept));
  assert.deepEqual(findings, []);
  assert.match(undecided[0]?.why ?? '', /^since when 1 namespaces/);
});

test('A mount is a name for those who are where it is mounted, and none where nobody is.', () => {
  const mnt = vacant(around, { ...kept, type: 'mnt', openSince: ago(60) });
  const uts = vacant(inode, { type: 'uts', ...mountedOn('/tmp/uts', around) });
  const { findings } = find(mnt, uts);
  assert.match(findings[0]?.says ?? '', /^uts:\[4026532900\] has no process and is mounted only in a mount namespace/);
  assert.equal(findings[0]?.seen[0], 'since when is not known');
  assert.equal(findings.length, 1);
  assert.deepEqual(
    find(vacant(inode, { ...mountedOn('/tmp/uts', hostInodes.mnt), openSince: ago(7200) })).findings,
    [],
  );
  const inside = processFact(301, ['sh'], { namespaces: linksOf({ mnt: around }) });
  assert.deepEqual(judge(namespaceLeaked, hostOf({ namespaces: [uts], facts: [inside] })).findings, []);
});

test('One with a name, a child or what it owns is none.', () => {
  const name = { kind: 'ip-netns', name: 'blue', path: '/run/netns/blue' } as const;
  assert.deepEqual(find(vacant(inode, { ...queued, openSince: ago(7200), names: [name] })).findings, []);
  for (const holderCounts of [{ child: 1 }, { owned: 2 }])
    assert.deepEqual(find(vacant(inode, { ...kept, type: 'user', openSince: ago(7200), holderCounts })).findings, []);
});

test('A process that may be in it unseen leaves it undecided.', () => {
  const processes = { count: 0, threads: 0, forChildren: 0, leader: null, mayBeMore: true } as const;
  const { findings, undecided } = find(vacant(inode, { ...queued, openSince: ago(7200), processes }));
  assert.deepEqual([findings.length, undecided.length], [0, 1]);
});
