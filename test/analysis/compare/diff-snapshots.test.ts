import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diffProcesses } from '../../../src/analysis/compare/diff-processes.ts';
import { diffSnapshots } from '../../../src/analysis/compare/diff-snapshots.ts';
import { buildSnapshot } from '../../../src/model/build/build-snapshot.ts';
import type { Fact, NamespaceFact } from '../../../src/model/facts/facts.ts';
import { deniedLinks, hostFact, linksOf, processFact } from '../../recorded-facts.ts';

const net = 4026532992;
const user = 4026532993;
const pid = 4026532994;

function namespace(others: Partial<NamespaceFact>): NamespaceFact {
  return { fact: 'namespace', type: 'net', inode: net, ...others };
}

function snapshotOf(facts: readonly Fact[], host = {}) {
  return buildSnapshot([hostFact(host), processFact(1, ['init']), ...facts]);
}

test('An inode number that another namespace bears now is told by the 64-bit id.', () => {
  const diff = diffSnapshots(snapshotOf([namespace({ id: '4100' })]), snapshotOf([namespace({ id: '4207' })]));
  assert.equal(diff.replaced.length, 1);
  assert.equal(diff.replaced[0]?.ended.id, '4100');
  assert.equal(diff.replaced[0]?.appeared.id, '4207');
  assert.equal(diff.appeared.length + diff.ended.length, 0);
});

test('With equal ids a namespace is the same, and what changed in it is told.', () => {
  const member = processFact(50, ['sleep'], { namespaces: linksOf({ net }) });
  const diff = diffSnapshots(snapshotOf([namespace({ id: '4100' })]), snapshotOf([namespace({ id: '4100' }), member]));
  const change = diff.changed.find(({ after }) => after.inode === net);
  assert.equal(change?.sameness, 'same');
  assert.deepEqual(
    change?.changes.map(({ what, before, after }) => [what, before, after]),
    [
      ['processes', 0, 1],
      ['leader', null, 50],
    ],
  );
});

test('Without ids a number is only presumed to be the same namespace, and that is counted.', () => {
  const diff = diffSnapshots(snapshotOf([namespace({})]), snapshotOf([namespace({})]));
  assert.equal(diff.replaced.length, 0);
  assert.ok(diff.presumed >= 1);
});

test('Without ids another owner tells a number that was given out again.', () => {
  const diff = diffSnapshots(snapshotOf([namespace({ owner: user })]), snapshotOf([namespace({ owner: user + 8 })]));
  assert.equal(diff.replaced.length, 1);
});

test('Without ids a map that differs tells another user namespace, but one that was empty before was written since.', () => {
  const mapped = (outside: number): NamespaceFact =>
    namespace({ type: 'user', inode: user, uidMap: [{ inside: 0, outside, count: 1 }] });
  const empty = namespace({ type: 'user', inode: user, uidMap: [] });
  assert.equal(diffSnapshots(snapshotOf([mapped(1000)]), snapshotOf([mapped(1001)])).replaced.length, 1);
  assert.equal(diffSnapshots(snapshotOf([empty]), snapshotOf([mapped(1001)])).replaced.length, 0);
});

test('Without ids an init that started later tells another pid namespace.', () => {
  const init = (startTimeTicks: number): Fact[] => [
    processFact(70, ['init'], { namespaces: linksOf({ pid }), startTimeTicks }),
    { fact: 'nested-pids', pid: 70, pids: [70, 1] },
  ];
  assert.equal(diffSnapshots(snapshotOf(init(100)), snapshotOf(init(900))).replaced.length, 1);
  assert.equal(diffSnapshots(snapshotOf(init(100)), snapshotOf(init(100))).replaced.length, 0);
});

test('Snapshots of different boots have no namespace in common, not even the initial ones.', () => {
  const diff = diffSnapshots(
    snapshotOf([namespace({ id: '9' })]),
    snapshotOf([namespace({ id: '9' })], { bootId: 'other' }),
  );
  assert.equal(diff.differentBoots, true);
  assert.equal(diff.unchanged + diff.changed.length, 0);
  assert.equal(diff.replaced.length, 9);
});

test('What came and what ended is told by type and number.', () => {
  const diff = diffSnapshots(snapshotOf([namespace({})]), snapshotOf([namespace({ inode: net + 1 })]));
  assert.deepEqual(
    diff.ended.map(({ inode }) => inode),
    [net],
  );
  assert.deepEqual(
    diff.appeared.map(({ inode }) => inode),
    [net + 1],
  );
});

test('Two processes share what has one number, and where a link was refused nothing is claimed.', () => {
  const snapshot = snapshotOf([
    processFact(50, ['a'], { namespaces: linksOf({ net }) }),
    processFact(60, ['b'], { namespaces: deniedLinks }),
  ]);
  const [init, a, b] = snapshot.processes;
  assert.ok(init && a && b);
  const shared = diffProcesses(init, a);
  assert.deepEqual(
    shared.filter((one) => one.shared === false).map(({ type }) => type),
    ['net'],
  );
  assert.ok(diffProcesses(init, b).every((one) => one.shared === undefined));
});
