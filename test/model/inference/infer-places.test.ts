import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSnapshot } from '../../../src/model/build/build-snapshot.ts';
import type { Fact, ProcessFact, SignsFact } from '../../../src/model/facts/facts.ts';
import type { NamespaceType } from '../../../src/model/snapshot/namespace-types.ts';
import { validateSnapshot } from '../../../src/model/snapshot/validate-snapshot.ts';
import { deniedLinks, hostFact, hostInodes, processFact } from '../../recorded-facts.ts';

const fullMap = '0 0 4294967295\n0 0 4294967295\n';
const noOffsets = 'monotonic 0 0\nboottime 0 0\n';

/** What a process of the host shows to anybody. */
function signs(pid: number, others: Partial<SignsFact> = {}): Fact {
  return {
    fact: 'signs',
    pid,
    pids: [pid],
    netStat: 4026531844,
    firstMount: 22,
    idMaps: fullMap,
    clockOffsets: noOffsets,
    cgroup: '/',
    ...others,
  };
}

function refused(pid: number, others: Partial<ProcessFact> = {}): Fact {
  return processFact(pid, [`task${pid}`], { namespaces: deniedLinks, ...others });
}

/** nscope itself as PID 900 in the host's own namespaces; PID 1 and kthreadd refuse their links, as to any ordinary user. */
const host: readonly Fact[] = [
  hostFact(),
  refused(1),
  refused(2, { ppid: 0, kernelThread: true, comm: 'kthreadd' }),
  processFact(900, ['nscope'], { uid: 65534 }),
  signs(1),
  signs(2),
  signs(900),
  { fact: 'mount-list', firstMount: 22, mounts: [1, 22, 23, 24] },
];

/** A container: its init 201, a child 202, and 203, which came in from outside as docker exec does. */
const container: readonly Fact[] = [
  refused(200),
  refused(201, { ppid: 200 }),
  refused(202, { ppid: 201 }),
  refused(203, { ppid: 200 }),
  signs(200),
  ...[201, 202, 203].map((pid, i) =>
    signs(pid, {
      pids: [pid, i + 1],
      netStat: 4026532500,
      firstMount: 600,
      idMaps: '0 100000 65536\n0 100000 65536\n',
      cgroup: '/docker/1',
    }),
  ),
  { fact: 'mount-list', firstMount: 600, mounts: [599, 600, 601] },
];

function placeOf(facts: readonly Fact[], pid: number, type: NamespaceType) {
  const snapshot = buildSnapshot(facts);
  validateSnapshot(JSON.parse(JSON.stringify(snapshot)));
  return snapshot.processes.find((process) => process.pid === pid)?.inferred?.[type];
}

test('A process that shows what a process of a known namespace shows is in that one.', () => {
  assert.deepEqual(placeOf(host, 1, 'net'), { inode: hostInodes.net, by: 'net-directory', certainty: 'certain' });
  assert.deepEqual(placeOf(host, 1, 'mnt'), { inode: hostInodes.mnt, by: 'mount-ids', certainty: 'certain' });
  assert.deepEqual(placeOf(host, 1, 'pid'), { inode: hostInodes.pid, by: 'nested-pids', certainty: 'certain' });
  assert.deepEqual(placeOf(host, 1, 'user'), { inode: hostInodes.user, by: 'id-maps', certainty: 'likely' });
  assert.deepEqual(placeOf(host, 1, 'time'), { inode: hostInodes.time, by: 'clock-offsets', certainty: 'likely' });
  assert.deepEqual(placeOf(host, 1, 'cgroup'), { inode: hostInodes.cgroup, by: 'cgroup-path', certainty: 'likely' });
  assert.equal(placeOf(host, 1, 'uts'), undefined);
  assert.equal(placeOf(host, 1, 'ipc'), undefined);
});

test('Kernel threads are where the boot put them, but for their mounts, which are read.', () => {
  const facts = [...host, refused(25, { ppid: 2, kernelThread: true }), signs(25, { firstMount: 400 })];
  assert.deepEqual(placeOf(facts, 25, 'uts'), { inode: hostInodes.uts, by: 'kernel-thread', certainty: 'certain' });
  assert.deepEqual(placeOf(facts, 25, 'mnt'), { number: 1, by: 'mount-ids', certainty: 'certain' });
});

test('Namespaces of which no link can be read are counted, with who is in them.', () => {
  const { unnumbered } = buildSnapshot([...host, ...container]);
  assert.deepEqual(
    unnumbered.map(({ type, number, certainty, processes }) => [type, number, certainty, processes]),
    [
      ['mnt', 1, 'likely', { certain: 3, likely: 0, leader: 201 }],
      ['net', 1, 'certain', { certain: 3, likely: 0, leader: 201 }],
      ['pid', 1, 'certain', { certain: 2, likely: 1, leader: 201 }],
      ['user', 1, 'likely', { certain: 0, likely: 3, leader: 201 }],
    ],
  );
  assert.ok(unnumbered.every(({ initial, host: hosts }) => initial === false && hosts === false));
});

test('A process that entered a pid namespace from outside is only likely in that of its companions.', () => {
  const facts = [...host, ...container];
  assert.deepEqual(placeOf(facts, 202, 'pid'), { number: 1, by: 'nested-pids', certainty: 'certain' });
  assert.deepEqual(placeOf(facts, 203, 'pid'), { number: 1, by: 'companions', certainty: 'likely' });
  const stranger = [...facts, refused(204, { ppid: 200 }), signs(204, { pids: [204, 9], netStat: 7, firstMount: 700 })];
  assert.equal(placeOf(stranger, 204, 'pid'), undefined);
});

test('A parent whose PID was given out again tells nothing of the child.', () => {
  const facts = [
    ...host,
    ...container,
    refused(205, { ppid: 206, startTimeTicks: 300 }),
    refused(206, { ppid: 201, startTimeTicks: 400 }),
    signs(205, { pids: [205, 20], netStat: 7, firstMount: 700 }),
    signs(206, { pids: [206, 21], netStat: 4026532500, firstMount: 600 }),
  ];
  assert.equal(placeOf(facts, 206, 'pid')?.certainty, 'certain');
  assert.equal(placeOf(facts, 205, 'pid'), undefined);
});

test('A chrooted process is in the mount namespace that has the mounts it sees.', () => {
  const facts: Fact[] = [
    ...host,
    refused(300),
    signs(300, { firstMount: 24 }),
    { fact: 'mount-list', firstMount: 24, mounts: [24, 22] },
  ];
  assert.deepEqual(placeOf(facts, 300, 'mnt'), { inode: hostInodes.mnt, by: 'mount-ids', certainty: 'certain' });
});

test('Sandboxes with equal maps are one user namespace only where more than the maps speaks for it.', () => {
  const idMaps = '1000 1000 1\n1000 1000 1\n';
  const sandbox = (pid: number, mount: number, ppid: number): Fact[] => [
    refused(pid, { ppid, uid: 1000 }),
    signs(pid, { firstMount: mount, idMaps }),
  ];
  const facts = [...host, ...sandbox(400, 800, 1), ...sandbox(401, 801, 400), ...sandbox(402, 802, 1)];
  const numbers = [400, 401, 402].map((pid) => placeOf(facts, pid, 'user'));
  assert.deepEqual(numbers, [
    { number: 1, by: 'id-maps', certainty: 'likely' },
    { number: 1, by: 'id-maps', certainty: 'likely' },
    { number: 2, by: 'id-maps', certainty: 'likely' },
  ]);
});

test('Where a known namespace shows no sign, one without a number may be that one.', () => {
  const named: Fact = {
    fact: 'name',
    type: 'net',
    inode: 4026532999,
    name: { kind: 'ip-netns', name: 'blue', path: '/run/netns/blue' },
  };
  const { unnumbered } = buildSnapshot([...host, ...container, named]);
  assert.equal(unnumbered.find(({ type }) => type === 'net')?.certainty, 'likely');
});

test('The host’s namespaces are those that its init is inferred to be in.', () => {
  const { namespaces } = buildSnapshot(host);
  const of = (type: NamespaceType) => namespaces.find((one) => one.type === type);
  assert.deepEqual(of('net')?.host, { unknown: 'denied', errno: 'EACCES' });
  assert.deepEqual(of('net')?.hostInferred, { host: true, by: 'net-directory', certainty: 'certain' });
  assert.deepEqual(of('net')?.processes.inferred, { certain: 2, likely: 0, leader: 1 });
  assert.equal(of('uts')?.hostInferred, undefined);
  const elsewhere = buildSnapshot([
    ...host.filter((fact) => fact.fact !== 'signs' || fact.pid !== 1),
    signs(1, { netStat: 5 }),
  ]);
  assert.deepEqual(elsewhere.namespaces.find(({ type }) => type === 'net')?.hostInferred, {
    host: false,
    by: 'net-directory',
    certainty: 'certain',
  });
  assert.equal(elsewhere.unnumbered.find(({ type }) => type === 'net')?.host, true);
});

test('The order of the facts changes nothing.', () => {
  const facts = [...host, ...container];
  const expected = JSON.stringify(buildSnapshot(facts));
  assert.equal(JSON.stringify(buildSnapshot([...facts].reverse())), expected);
});

test('Where nothing was refused nothing is inferred.', () => {
  const snapshot = buildSnapshot([hostFact(), processFact(1, ['init']), processFact(900, ['nscope'])]);
  assert.deepEqual(snapshot.unnumbered, []);
  assert.ok(snapshot.processes.length === 2 && snapshot.processes.every(({ inferred }) => inferred === undefined));
});
