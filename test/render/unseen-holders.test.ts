import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SnapshotIndex } from '../../src/analysis/graph/snapshot-index.ts';
import { buildSnapshot } from '../../src/model/build/build-snapshot.ts';
import type { Fact } from '../../src/model/facts/facts.ts';
import { holderKindFacts } from '../../src/model/snapshot/holder-kinds.ts';
import { namespaceTypes } from '../../src/model/snapshot/namespace-types.ts';
import { formatCell } from '../../src/render/columns/columns.ts';
import { namespaceColumns } from '../../src/render/columns/namespace-columns.ts';
import { makeNamespaceRow } from '../../src/render/columns/namespace-row.ts';
import { hostFact, hostInodes } from '../recorded-facts.ts';

const lonely = { type: 'net', inode: 4026532100 } as const;

function holdersCell(...searches: Fact[]): string {
  const list = (pass: 'first' | 'last'): Fact => ({
    fact: 'enumeration',
    pass,
    source: 'BPF',
    wholeTypes: namespaceTypes,
    namespaces: [lonely],
  });
  const index = new SnapshotIndex(
    buildSnapshot([
      hostFact(),
      { fact: 'namespace', ...lonely, owner: hostInodes.user },
      { fact: 'namespace', type: 'user', inode: hostInodes.user, owner: null, parent: null },
      list('first'),
      list('last'),
      ...searches,
    ]),
  );
  const namespace = index.namespace(lonely.type, lonely.inode);
  const column = namespaceColumns.find(({ name }) => name === 'holders');
  assert.ok(namespace && column);
  return formatCell(column, makeNamespaceRow(namespace, index));
}

const all = holderKindFacts.flatMap(({ kind }): Fact[] =>
  kind === 'child' || kind === 'owned' ? [] : [{ fact: 'search', kind }],
);

test('The kernel is named as the holder only where nothing else can hold the namespace unseen.', () => {
  assert.equal(holdersCell(...all), 'kernel 1');
  assert.equal(holdersCell(...all, { fact: 'search', kind: 'process', unseen: 'x' }), 'none seen');
  assert.equal(holdersCell(), 'none seen');
});
