import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { groupProcesses } from '../../../src/analysis/compare/groups.ts';
import { findChrooted } from '../../../src/analysis/compare/groups-chroot.ts';
import { buildSnapshot } from '../../../src/model/build/build-snapshot.ts';
import { deniedLinks, hostFact, linksOf, processFact } from '../../recorded-facts.ts';

function processesIn(mounts: readonly (number | undefined)[]) {
  const facts = mounts.map((mnt, i) =>
    processFact(i + 1, ['x'], { namespaces: mnt === undefined ? deniedLinks : linksOf({ mnt }) }),
  );
  return buildSnapshot([hostFact(), ...facts]).processes;
}

test('Groups are made of equal keys, and pairs are counted right and wrong beside the links.', () => {
  const keys = new Map(['a', 'a', 'a', 'b', 'b', 'c'].map((key, i) => [i + 1, key]));
  const { groups, score } = groupProcesses(keys, processesIn([11, 11, 12, 11, undefined, 13]));
  assert.deepEqual(groups, [
    { key: 'a', pids: [1, 2, 3], mountNamespaces: [11, 12] },
    { key: 'b', pids: [4, 5], mountNamespaces: [11] },
    { key: 'c', pids: [6], mountNamespaces: [13] },
  ]);
  assert.deepEqual(score, {
    processes: 5,
    pairs: 10,
    joinedRightly: 1,
    apartRightly: 5,
    wronglySplit: 2,
    wronglyJoined: 2,
  });
});

test('The score from the sizes of groups is that of looking at each pair.', () => {
  const kinds = { joinedRightly: 0, apartRightly: 0, wronglySplit: 0, wronglyJoined: 0 };
  const processes = fc.array(fc.tuple(fc.nat(6), fc.nat(6)), { maxLength: 40, size: 'max' });
  fc.assert(
    fc.property(processes, (list) => {
      const keys = new Map(list.map(([key], i) => [i + 1, String(key)]));
      const { score } = groupProcesses(keys, processesIn(list.map(([, link]) => 100 + link)));
      const counts = { joinedRightly: 0, apartRightly: 0, wronglySplit: 0, wronglyJoined: 0 };
      for (const [i, [key, link]] of list.entries())
        for (const [otherKey, otherLink] of list.slice(i + 1)) {
          const [joined, same] = [key === otherKey, link === otherLink];
          counts[joined ? (same ? 'joinedRightly' : 'wronglyJoined') : same ? 'wronglySplit' : 'apartRightly']++;
        }
      const pairs = Object.values(counts).reduce((a, b) => a + b, 0);
      assert.deepEqual(score, { processes: list.length, pairs, ...counts });
      for (const kind of Object.keys(counts) as (keyof typeof counts)[]) kinds[kind] += counts[kind];
    }),
  );
  for (const [kind, pairs] of Object.entries(kinds)) assert.ok(pairs > 100, `${kind}: ${pairs}`);
});

const host = [
  { id: 22, mountPoint: '/' },
  { id: 23, mountPoint: '/proc' },
  { id: 24, mountPoint: '/srv/jail' },
  { id: 25, mountPoint: '/srv/jail/proc' },
];

test('A group that sees mounts of another one elsewhere, and fewer of them, is chrooted.', () => {
  const jail = [
    { id: 24, mountPoint: '/' },
    { id: 25, mountPoint: '/proc' },
  ];
  assert.deepEqual(
    findChrooted([
      { key: 'host', mounts: 'x', lines: host },
      { key: 'jail', mounts: 'y', lines: jail },
      { key: 'other', mounts: 'x', lines: [{ id: 90, mountPoint: '/' }] },
    ]),
    [{ key: 'jail', of: 'host', because: 'other mount points' }],
  );
});

test('Where mounts were made between two readings nobody is called chrooted.', () => {
  const earlier = host.slice(0, 3);
  assert.deepEqual(
    findChrooted([
      { key: 'later', mounts: 'x', lines: host },
      { key: 'earlier', mounts: 'y', lines: earlier },
    ]),
    [],
  );
});

test('On kernels that write mounts alike for all roots, equal mounts beside another mountinfo tell a chroot.', () => {
  assert.deepEqual(
    findChrooted([
      { key: 'host', mounts: 'x', lines: host },
      { key: 'jail', mounts: 'x', lines: host.slice(2) },
    ]),
    [{ key: 'jail', of: 'host', because: 'same mounts' }],
  );
});
