import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSnapshot } from '../../../src/model/build/build-snapshot.ts';
import type { Fact, NamespaceFact } from '../../../src/model/facts/facts.ts';
import { notAsked } from '../../../src/model/snapshot/known.ts';
import type { NamespaceType } from '../../../src/model/snapshot/namespace-types.ts';
import type { Namespace, Snapshot } from '../../../src/model/snapshot/schema.ts';
import { denied, deniedLinks, hostFact, hostInodes, linksOf, processFact } from '../../recorded-facts.ts';

function find(snapshot: Snapshot, type: NamespaceType, inode: number): Namespace {
  const found = snapshot.namespaces.find((namespace) => namespace.type === type && namespace.inode === inode);
  assert.ok(found, `${type}:[${inode}] is not in the snapshot`);
  return found;
}

function namespaceFact(type: NamespaceType, inode: number, others: Partial<NamespaceFact> = {}): NamespaceFact {
  return { fact: 'namespace', type, inode, ...others };
}

function build(...facts: readonly Fact[]): Snapshot {
  return buildSnapshot([hostFact(), ...facts]);
}

test('Facts without a host are a bug of the collector.', () => {
  assert.throws(() => buildSnapshot([]), /no host fact/);
});

test('A namespace that any link, owner, parent, name or holder names is listed once.', () => {
  const snapshot = build(
    processFact(1, ['/sbin/init'], { namespaces: linksOf({ net: 10, pid_for_children: 11, time_for_children: 12 }) }),
    namespaceFact('uts', 13, { owner: 14 }),
    namespaceFact('pid', 11, { parent: 15 }),
    { fact: 'name', type: 'net', inode: 16, name: { kind: 'ip-netns', name: 'blue', path: '/run/netns/blue' } },
    { fact: 'holder', type: 'ipc', inode: 17, holder: { kind: 'fd', pid: 1, fd: 3 } },
  );
  const others = snapshot.namespaces.filter(({ inode }) => inode < 100).map(({ type, inode }) => `${type} ${inode}`);
  assert.deepEqual(others, ['ipc 17', 'net 10', 'net 16', 'pid 11', 'pid 15', 'time 12', 'user 14', 'uts 13']);
  assert.equal(find(snapshot, 'net', 16).names[0]?.name, 'blue');
  assert.deepEqual(find(snapshot, 'ipc', 17).holders, [{ kind: 'fd', pid: 1, fd: 3 }]);
});

test('Processes are counted where their leader is, threads where they went, and children where they will be born.', () => {
  const snapshot = build(
    processFact(1, ['init']),
    processFact(20, ['a'], { namespaces: linksOf({ net: 10 }) }),
    processFact(30, ['b'], { threads: 2, namespaces: linksOf({ pid_for_children: 11 }) }),
    processFact(30, ['b'], { tid: 31, threads: 2, namespaces: linksOf({ net: 10 }) }),
  );
  const { net, pid } = hostInodes;
  assert.deepEqual(find(snapshot, 'net', net).processes, { count: 2, threads: 0, forChildren: 0, leader: 1 });
  assert.deepEqual(find(snapshot, 'net', 10).processes, { count: 1, threads: 1, forChildren: 0, leader: 20 });
  assert.deepEqual(find(snapshot, 'pid', 11).processes, { count: 0, threads: 0, forChildren: 1, leader: null });
  assert.deepEqual(find(snapshot, 'pid', pid).processes, { count: 3, threads: 0, forChildren: 0, leader: 1 });
});

test('The leader is the oldest process, of two of one tick the smaller number; of a pid namespace it is the init.', () => {
  const namespaces = linksOf({ net: 10, pid: 11 });
  const snapshot = build(
    processFact(50, ['late'], { namespaces, startTimeTicks: 900 }),
    processFact(60, ['first'], { namespaces, startTimeTicks: 800 }),
    processFact(61, ['same tick'], { namespaces, startTimeTicks: 800 }),
    { fact: 'nested-pids', pid: 50, pids: [50, 1] },
    { fact: 'nested-pids', pid: 60, pids: [60, 7] },
  );
  assert.equal(find(snapshot, 'net', 10).processes.leader, 60);
  assert.equal(find(snapshot, 'pid', 11).processes.leader, 50);
  assert.equal(find(snapshot, 'pid', 11).init, 50);
  assert.deepEqual(snapshot.processes.find(({ pid }) => pid === 60)?.pids, [60, 7]);
});

test('A process leads before a thread that is older, and where there are threads alone the oldest of them leads.', () => {
  const snapshot = build(
    processFact(30, ['old'], { threads: 3 }),
    processFact(30, ['old'], { tid: 31, threads: 3, namespaces: linksOf({ net: 10 }) }),
    processFact(30, ['old'], { tid: 32, threads: 3, namespaces: linksOf({ net: 12 }) }),
    processFact(40, ['young'], { namespaces: linksOf({ net: 10 }) }),
  );
  assert.deepEqual(find(snapshot, 'net', 10).processes, { count: 1, threads: 1, forChildren: 0, leader: 40 });
  assert.deepEqual(find(snapshot, 'net', 12).processes, { count: 0, threads: 1, forChildren: 0, leader: 32 });
  assert.equal(find(snapshot, 'net', 12).holderCounts.thread, 1);
  assert.equal(find(snapshot, 'mnt', hostInodes.mnt).holderCounts.thread, undefined);
});

test('A pid namespace whose init has ended has none, and its oldest process leads it.', () => {
  const snapshot = build(processFact(60, ['x'], { namespaces: linksOf({ pid: 11 }) }), {
    fact: 'nested-pids',
    pid: 60,
    pids: [60, 7],
  });
  assert.equal(find(snapshot, 'pid', 11).init, null);
  assert.equal(find(snapshot, 'pid', 11).processes.leader, 60);
});

test('Where the links of PID 1 are refused it is still the init of the pid namespace that /proc shows.', () => {
  const snapshot = build(processFact(1, ['init'], { namespaces: deniedLinks }), processFact(2, ['x']));
  assert.equal(find(snapshot, 'pid', hostInodes.pid).init, 1);
  assert.equal(find(snapshot, 'pid', hostInodes.pid).processes.count, 1);
});

test('A task whose links are refused is listed with the reason and counted nowhere.', () => {
  const snapshot = build(processFact(7, ['x'], { namespaces: deniedLinks }));
  assert.deepEqual(snapshot.processes[0]?.namespaces.net, denied);
  assert.ok(snapshot.namespaces.every(({ processes }) => processes.count === 0));
});

test('A known value beats an unknown one, and of two reasons the more telling stands.', () => {
  const one = build(namespaceFact('net', 10, { owner: denied, id: { unknown: 'gone' } }), namespaceFact('net', 10));
  assert.deepEqual([find(one, 'net', 10).owner, find(one, 'net', 10).id], [denied, { unknown: 'gone' }]);
  const both = build(
    namespaceFact('net', 10, { owner: denied, id: notAsked }),
    namespaceFact('net', 10, { owner: hostInodes.user, id: { unknown: 'unsupported', errno: 'ENOTTY' } }),
  );
  assert.equal(find(both, 'net', 10).owner, hostInodes.user);
  assert.deepEqual(find(both, 'net', 10).id, { unknown: 'unsupported', errno: 'ENOTTY' });
  assert.deepEqual(both.coverage.disagreements, []);
});

test('Known values that differ are told as one disagreement, however many there are.', () => {
  const snapshot = build(
    namespaceFact('net', 10, { dev: 3 }),
    namespaceFact('net', 10, { dev: 1 }),
    namespaceFact('net', 10, { dev: 2 }),
    { fact: 'disagreement', text: 'another' },
  );
  assert.equal(find(snapshot, 'net', 10).dev, 1);
  assert.deepEqual(snapshot.coverage.disagreements, ['another', 'net:[10]: dev is 1 and 2 and 3']);
});

test('A namespace belongs to the user that made the user namespace which owns it.', () => {
  const snapshot = build(
    namespaceFact('user', 20, { creatorUid: 1000, owner: hostInodes.user, parent: hostInodes.user }),
    namespaceFact('user', hostInodes.user, { creatorUid: 0 }),
    namespaceFact('net', 10, { owner: 20 }),
    namespaceFact('net', 11, { owner: hostInodes.user }),
    namespaceFact('net', 12, { owner: denied }),
    namespaceFact('net', 13),
  );
  const ownerUids = [10, 11, 12, 13].map((inode) => find(snapshot, 'net', inode).ownerUid);
  assert.deepEqual(ownerUids, [1000, 0, denied, notAsked]);
  assert.equal(find(snapshot, 'user', 20).ownerUid, 1000);
});

test('Only pid and user namespaces have a parent, a level; each type carries what is its own.', () => {
  const snapshot = build(processFact(1, ['init']));
  const keysOf = (type: NamespaceType) =>
    ['parent', 'level', 'init', 'uts', 'uidMap', 'gidMap', 'setgroups', 'timeOffsets'].filter(
      (key) => key in find(snapshot, type, hostInodes[type]),
    );
  assert.deepEqual(keysOf('net'), []);
  assert.deepEqual(keysOf('pid'), ['parent', 'level', 'init']);
  assert.deepEqual(keysOf('user'), ['parent', 'level', 'uidMap', 'gidMap', 'setgroups']);
  assert.deepEqual(keysOf('uts'), ['uts']);
  assert.deepEqual(keysOf('time'), ['timeOffsets']);
});

test('The initial namespaces of a hierarchy have nothing above them, though the kernel says EPERM there.', () => {
  const above = { owner: denied, parent: denied };
  const snapshot = build(namespaceFact('user', hostInodes.user, above), namespaceFact('pid', hostInodes.pid, above));
  const { user, pid } = hostInodes;
  assert.deepEqual([find(snapshot, 'user', user).owner, find(snapshot, 'user', user).parent], [null, null]);
  assert.deepEqual([find(snapshot, 'pid', pid).owner, find(snapshot, 'pid', pid).parent], [denied, null]);
});

test('Levels count the steps up to the initial namespace, and stay unknown where the chain breaks off.', () => {
  const snapshot = build(
    namespaceFact('pid', hostInodes.pid),
    namespaceFact('pid', 11, { parent: hostInodes.pid }),
    namespaceFact('pid', 12, { parent: 11 }),
    namespaceFact('pid', 13, { parent: denied }),
    namespaceFact('pid', 14, { parent: 13 }),
    namespaceFact('pid', 15),
    namespaceFact('pid', 16, { parent: 17 }),
    namespaceFact('pid', 17, { parent: 16 }),
  );
  const levels = [hostInodes.pid, 11, 12, 13, 14, 15].map((inode) => find(snapshot, 'pid', inode).level);
  assert.deepEqual(levels, [0, 1, 2, denied, denied, notAsked]);
  assert.deepEqual(find(snapshot, 'pid', 16).level, {
    unknown: 'unsupported',
    detail: 'its parents were not all seen',
  });
});

test('What the init of the host is in is the host, and it may differ from what is initial.', () => {
  const snapshot = build(
    processFact(1, ['init'], { namespaces: linksOf({ mnt: 10 }) }),
    processFact(2, ['kthreadd'], { ppid: 0, kernelThread: true }),
  );
  const mounts = [10, hostInodes.mnt].map((inode) => find(snapshot, 'mnt', inode));
  assert.deepEqual(
    mounts.map(({ host, initial }) => ({ host, initial })),
    [
      { host: true, initial: false },
      { host: false, initial: true },
    ],
  );
});

test('Inside a container its PID 1 is not the init of the host, and nothing is called the host.', () => {
  const inside = linksOf({ pid: 11 });
  const snapshot = build(processFact(1, ['sh'], { namespaces: inside }));
  const { host } = find(snapshot, 'net', hostInodes.net);
  assert.deepEqual(host, { unknown: 'unsupported', detail: "the host's init is not visible from here" });
});

test('Facts that come later about a task or its number do not shake what is known.', () => {
  const snapshot = build(
    processFact(40, ['old'], { startTimeTicks: 5 }),
    processFact(40, ['young'], { startTimeTicks: 9 }),
    { fact: 'command-line', pid: 40, commandLine: { unknown: 'gone', errno: 'ESRCH' } },
    { fact: 'command-line', pid: 40, commandLine: ['young', '--really'] },
  );
  assert.equal(snapshot.processes.length, 1);
  assert.deepEqual(snapshot.processes[0]?.commandLine, ['young', '--really']);
  assert.equal(snapshot.processes[0]?.startTimeTicks, 9);
});
