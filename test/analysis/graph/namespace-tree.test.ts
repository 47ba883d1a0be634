// Namespaces as a forest, by owner, by parent and by process.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrangeTree, type TreeKind } from '../../../src/analysis/graph/namespace-tree.ts';
import { layOutTree } from '../../../src/analysis/graph/tree-layout.ts';
import type { NamespaceType } from '../../../src/model/snapshot/namespace-types.ts';
import { container, indexOf } from '../../container-host.ts';
import { hostInodes } from '../../recorded-facts.ts';

function draw(kind: TreeKind, types: readonly NamespaceType[]): string[] {
  const index = indexOf();
  const namespaces = index.snapshot.namespaces.filter(({ type }) => types.includes(type));
  return arrangeTree(namespaces, index, kind).map(
    ({ namespace, prefix }) => `${prefix}${namespace.type} ${namespace.inode}`,
  );
}

test('By owner a user namespace stands above what was made in it.', () => {
  assert.deepEqual(draw('owner', ['user', 'net', 'uts']), [
    `net ${hostInodes.net}`,
    `user ${hostInodes.user}`,
    `├─user ${container.user}`,
    `│ ├─net ${container.net}`,
    `│ └─uts ${container.uts}`,
    `└─uts ${hostInodes.uts}`,
  ]);
});

test('By parent pid namespaces nest, and what has no parent is a root.', () => {
  assert.deepEqual(draw('parent', ['pid', 'net']), [
    `net ${hostInodes.net}`,
    `net ${container.net}`,
    `pid ${hostInodes.pid}`,
    `└─pid ${container.pid}`,
    `  └─pid ${container.nestedPid}`,
  ]);
});

test('By process a namespace stands below the one that its leader’s ancestors are in.', () => {
  assert.deepEqual(draw('process', ['mnt']), [`mnt ${hostInodes.mnt}`, `├─mnt 4026531860`, `└─mnt ${container.mnt}`]);
});

test('A namespace whose place is not among those given is a root, and none is left out.', () => {
  const index = indexOf();
  const given = index.snapshot.namespaces.filter(({ inode }) => inode === container.nestedPid);
  assert.deepEqual(
    arrangeTree(given, index, 'parent').map(({ prefix, namespace }) => prefix + namespace.inode),
    [String(container.nestedPid)],
  );
});

test('A ring of parents loses no node.', () => {
  const above = new Map([
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'a'],
  ]);
  const lines = layOutTree(['a', 'b', 'c'], (node) => above.get(node));
  assert.deepEqual(lines.map(({ node }) => node).sort(), ['a', 'b', 'c']);
});
