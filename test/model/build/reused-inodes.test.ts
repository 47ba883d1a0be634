import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSnapshot } from '../../../src/model/build/build-snapshot.ts';
import type { Fact } from '../../../src/model/facts/facts.ts';
import { hostFact, hostInodes } from '../../recorded-facts.ts';

const inode = 4026532500;
const otherUser = 4026532600;
const former: Fact = { fact: 'namespace', type: 'net', inode, id: '900', owner: otherUser };
const present: Fact = { fact: 'namespace', type: 'net', inode, id: '77', owner: hostInodes.user };

function listed(pass: 'first' | 'last', id: string): Fact {
  return { fact: 'enumeration', pass, source: 'BPF', wholeTypes: ['net'], namespaces: [{ type: 'net', inode, id }] };
}

function build(...facts: Fact[]) {
  const snapshot = buildSnapshot([hostFact(), ...facts]);
  const found = snapshot.namespaces.find((one) => one.inode === inode);
  return { id: found?.id, owner: found?.owner, disagreements: snapshot.coverage.disagreements };
}

test('A number that was given out again during the scan belongs to the namespace that the kernel listed last.', () => {
  const expected = { id: '77', owner: hostInodes.user, disagreements: [] };
  const lists = [listed('first', '900'), listed('last', '77')];
  assert.deepEqual(build(former, present, ...lists), expected);
  assert.deepEqual(build(...lists.reverse(), present, former), expected);
});

test('Without a last list the larger id is taken for the younger.', () => {
  const expected = { id: '900', owner: otherUser, disagreements: [] };
  assert.deepEqual(build(former, present), expected);
  assert.deepEqual(build(present, former), expected);
});

test('Another id for a namespace that the kernel lists under the same id before and after is a disagreement.', () => {
  const { disagreements } = build(former, present, listed('first', '77'), listed('last', '77'));
  assert.deepEqual(
    disagreements,
    [`net:[${inode}]: id is "77" and "900"`, `net:[${inode}]: owner is ${hostInodes.user} and ${otherUser}`].sort(),
  );
});

test('What was said without an id stays.', () => {
  const openedAtMs = Date.UTC(2026, 0, 2);
  const { id, disagreements } = build(former, present, { fact: 'namespace', type: 'net', inode, openedAtMs });
  assert.deepEqual([id, disagreements], ['900', []]);
});
