import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupProcesses } from '../../../src/analysis/compare/groups.ts';
import { findChrooted } from '../../../src/analysis/compare/groups-chroot.ts';
import { buildSnapshot } from '../../../src/model/build/build-snapshot.ts';
import { Random } from '../../random.ts';
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
  const random = new Random(5);
  const keys = Array.from({ length: 120 }, () => String(random.below(7)));
  const links = keys.map((key) => 100 + (random.happens(0.8) ? Number(key) : random.below(7)));
  const { score } = groupProcesses(new Map(keys.map((key, i) => [i + 1, key])), processesIn(links));
  const counts = { joinedRightly: 0, apartRightly: 0, wronglySplit: 0, wronglyJoined: 0 };
  for (let a = 0; a < keys.length; a++)
    for (let b = a + 1; b < keys.length; b++) {
      const [joined, same] = [keys[a] === keys[b], links[a] === links[b]];
      counts[joined ? (same ? 'joinedRightly' : 'wronglyJoined') : same ? 'wronglySplit' : 'apartRightly']++;
    }
  assert.deepEqual(score, { processes: 120, pairs: 7140, ...counts });
  assert.ok(counts.wronglySplit > 0 && counts.wronglyJoined > 0);
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
