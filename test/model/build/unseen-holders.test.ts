import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSnapshot } from '../../../src/model/build/build-snapshot.ts';
import { describeUnseen, findRuledOut } from '../../../src/model/build/unseen-holders.ts';
import type { EnumerationFact, Fact } from '../../../src/model/facts/facts.ts';
import { holderKindFacts, holderKinds, visibleKinds } from '../../../src/model/snapshot/holder-kinds.ts';
import { namespaceTypes } from '../../../src/model/snapshot/namespace-types.ts';
import type { Snapshot } from '../../../src/model/snapshot/schema.ts';
import { hostFact, hostInodes } from '../../recorded-facts.ts';

const lonely = { type: 'net', inode: 4026532100 } as const;

function listed(pass: 'first' | 'last', namespaces: EnumerationFact['namespaces'] = [lonely]): Fact {
  return { fact: 'enumeration', pass, source: 'BPF', wholeTypes: namespaceTypes, namespaces };
}

/** Every kind was looked for everywhere. */
const searches: readonly Fact[] = holderKindFacts.flatMap(({ kind }): Fact[] =>
  kind === 'child' || kind === 'owned' ? [] : [{ fact: 'search', kind }],
);
const described: Fact = { fact: 'namespace', ...lonely, owner: hostInodes.user };
const top: Fact = { fact: 'namespace', type: 'user', inode: hostInodes.user, owner: null, parent: null };
const known = [hostFact(), described, top];

function snapshotOf(...facts: readonly Fact[]): Snapshot {
  return buildSnapshot([...known, ...facts]);
}

function kernelHolder(snapshot: Snapshot) {
  const holder = snapshot.namespaces.find(({ inode }) => inode === lonely.inode)?.holders[0];
  assert.equal(holder?.kind, 'kernel');
  return holder;
}

test('What was looked for everywhere in vain is ruled out, as far as it can hold the type at all.', () => {
  const snapshot = snapshotOf(...searches, listed('first'), listed('last'));
  assert.deepEqual(snapshot.coverage.unseenHolders, []);
  const { ruledOut, notSeen } = kernelHolder(snapshot);
  assert.deepEqual(notSeen, []);
  assert.deepEqual(ruledOut, [
    'processes',
    'threads',
    'open descriptors',
    'sockets',
    'tun and tap devices',
    'descriptors and messages in flight',
    'open files of procfs',
    'watches of inotify and fanotify',
    'file system contexts',
    'mapped files',
    'bind mounts',
  ]);
});

test('One search that did not see all takes back what another said, in any order.', () => {
  const blind: Fact = { fact: 'search', kind: 'process', unseen: 'the links of process 1 are refused' };
  for (const facts of [
    [...searches, blind],
    [blind, ...searches],
  ]) {
    const snapshot = snapshotOf(...facts, listed('first'), listed('last'));
    assert.deepEqual(snapshot.coverage.unseenHolders, [{ kind: 'process', why: 'the links of process 1 are refused' }]);
    const { ruledOut, notSeen } = kernelHolder(snapshot);
    assert.ok(!ruledOut.includes('processes') && ruledOut.includes('threads'));
    assert.deepEqual(notSeen, ['processes (the links of process 1 are refused)']);
  }
});

test('What no source looked for is not ruled out.', () => {
  const snapshot = snapshotOf(listed('first'), listed('last'));
  const { ruledOut, notSeen } = kernelHolder(snapshot);
  assert.deepEqual(ruledOut, []);
  assert.equal(notSeen.length, 1);
  assert.match(notSeen[0] ?? '', /^processes, threads, .* \(not looked for\)$/);
});

test('Nothing is ruled out for what came into being while the others ran.', () => {
  const { ruledOut, notSeen } = kernelHolder(snapshotOf(...searches, listed('first', []), listed('last')));
  assert.deepEqual(ruledOut, []);
  assert.match(notSeen.join(), /came into being during the scan/);
});

test('Children and owned namespaces are ruled out only where all are listed, with their parents and owners.', () => {
  const kindsOf = (...facts: readonly Fact[]) =>
    snapshotOf(...searches, ...facts).coverage.unseenHolders.map(({ kind, why }) => `${kind}: ${why}`);
  assert.deepEqual(kindsOf(listed('first')), [
    'child: not all pid namespaces were listed',
    'child: not all user namespaces were listed',
    'owned: not all namespaces were listed',
  ]);
  const stray = { type: 'pid', inode: 4026532200 } as const;
  const all = [listed('first', [lonely, stray]), listed('last', [lonely, stray])];
  const denied = { unknown: 'denied', errno: 'EPERM' } as const;
  assert.deepEqual(kindsOf(...all, { fact: 'namespace', ...stray, owner: denied, parent: denied }), [
    'child: the parents of 1 pid namespaces are not known',
    'owned: the owners of 1 namespaces are not known',
  ]);
});

test('Reasons that several kinds share are told once, and only of kinds that can hold the type.', () => {
  const unseen = visibleKinds.map((kind) => ({ kind, why: 'a' }));
  assert.deepEqual(describeUnseen(['uts'], unseen), [
    'processes, threads, open descriptors, descriptors and messages in flight, watches of inotify and fanotify, bind mounts (a)',
  ]);
  assert.deepEqual(findRuledOut('uts', unseen), []);
  assert.deepEqual(describeUnseen(['net'], []), []);
  assert.equal(new Set(holderKinds).size, holderKinds.length);
});
