// Sums over namespaces: what they tell of the difference between a state and the kernel's lists.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NamespaceSums } from '../../../src/live/lists/namespace-sums.ts';
import type { EventNamespace } from '../../../src/model/live/events.ts';
import { type NamespaceType, namespaceTypes } from '../../../src/model/snapshot/namespace-types.ts';
import { mixId, type Tally } from '../../../src/parse/records/bpf-tally.ts';

/** As the kernel's program adds up. */
function tally(namespaces: readonly EventNamespace[]): Map<NamespaceType, Tally> {
  const tallies = new Map<NamespaceType, Tally>(namespaceTypes.map((type) => [type, { sum: 0n, count: 0 }]));
  for (const { type, id } of namespaces) {
    const { sum, count } = tallies.get(type) as Tally;
    tallies.set(type, { sum: BigInt.asUintN(64, sum + mixId(BigInt(id ?? 0))), count: count + 1 });
  }
  return tallies;
}

function make(type: NamespaceType, number: number): EventNamespace {
  return { type, inode: 4026532000 + number, id: String(4096 * (7 + namespaceTypes.indexOf(type)) + number) };
}

const all = namespaceTypes.flatMap((type) => Array.from({ length: 50 }, (_, i) => make(type, i)));

test('Equal sets have equal sums, in whatever order they came.', () => {
  assert.equal(new NamespaceSums(all).compare(tally(all.toReversed())), 'same');
});

test('One that has gone of a type is found, of several types at once.', () => {
  const [net, uts] = [make('net', 7), make('uts', 3)];
  const left = all.filter(
    (one) => !((one.type === 'net' && one.id === net.id) || (one.type === 'uts' && one.id === uts.id)),
  );
  assert.deepEqual(new NamespaceSums(all).compare(tally(left)), { gone: [net, uts] });
});

test('Two that have gone, one that came, and one that took the place of another are other differences.', () => {
  const sums = new NamespaceSums(all);
  const withoutTwo = all.filter(({ type, inode }) => type !== 'net' || inode > 4026532001);
  const other = make('net', 99);
  for (const now of [withoutTwo, [...all, other], [...all.slice(1), other, make('cgroup', 98)]])
    assert.equal(sums.compare(tally(now)), 'other');
});

test('Sums follow what comes and goes, also where a number is used again, and are at a loss without an id.', () => {
  const sums = new NamespaceSums(all);
  const [old, young] = [make('net', 7), { ...make('net', 7), id: '99999' }];
  sums.add(young);
  const now = [...all.filter(({ type, id }) => type !== 'net' || id !== old.id), young];
  assert.equal(sums.compare(tally(now)), 'same');
  sums.remove(young);
  assert.equal(sums.compare(tally(now.slice(0, -1))), 'same');
  const nameless = { type: 'net', inode: 1, id: null } as const;
  sums.add(nameless);
  assert.equal(sums.compare(tally(now.slice(0, -1))), 'other');
  sums.remove(nameless);
  assert.equal(sums.compare(tally(now.slice(0, -1))), 'same');
});
