// What is around a namespace.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  findChildren,
  findMembers,
  findOwned,
  findOwners,
  findParents,
} from '../../../src/analysis/graph/namespace-relations.ts';
import { SnapshotIndex } from '../../../src/analysis/graph/snapshot-index.ts';
import { buildSnapshot } from '../../../src/model/build/build-snapshot.ts';
import type { NamespaceType } from '../../../src/model/snapshot/namespace-types.ts';
import type { Namespace } from '../../../src/model/snapshot/schema.ts';
import { container, indexOf } from '../../container-host.ts';
import { hostFact, hostInodes, linksOf, processFact } from '../../recorded-facts.ts';

function get(index: SnapshotIndex, type: NamespaceType, inode: number): Namespace {
  return index.namespace(type, inode) ?? assert.fail(`${type}:[${inode}]`);
}

const inodes = (namespaces: readonly Namespace[]) => namespaces.map(({ inode }) => inode);

test('Owners and parents are climbed to the initial namespace.', () => {
  const index = indexOf();
  const nested = get(index, 'pid', container.nestedPid);
  assert.deepEqual(inodes(findOwners(nested, index).namespaces), [container.user, hostInodes.user]);
  assert.equal(findOwners(nested, index).end, null);
  assert.deepEqual(inodes(findParents(nested, index)?.namespaces ?? []), [container.pid, hostInodes.pid]);
  assert.equal(findParents(get(index, 'net', container.net), index), undefined);
});

test('A chain that breaks off says why.', () => {
  const index = new SnapshotIndex(
    buildSnapshot([
      hostFact(),
      { fact: 'namespace', type: 'net', inode: container.net, owner: { unknown: 'denied', errno: 'EPERM' } },
    ]),
  );
  const { namespaces, end } = findOwners(get(index, 'net', container.net), index);
  assert.deepEqual(namespaces, []);
  assert.deepEqual(end, { unknown: 'denied', errno: 'EPERM' });
});

test('A user namespace owns what was made in it, and a pid namespace has children.', () => {
  const index = indexOf();
  assert.deepEqual(inodes(findOwned(get(index, 'user', container.user), index)).sort(), [
    container.mnt,
    container.uts,
    container.pid,
    container.net,
    container.nestedPid,
  ]);
  assert.deepEqual(inodes(findChildren(get(index, 'pid', container.pid), index)), [container.nestedPid]);
  assert.deepEqual(findOwned(get(index, 'net', container.net), index), []);
});

test('Members are processes, threads whose process is elsewhere, and tasks whose children will be in it.', () => {
  const index = indexOf([processFact(400, ['unshare'], { namespaces: linksOf({ pid_for_children: container.pid }) })]);
  const net = findMembers(get(index, 'net', container.net), index);
  assert.deepEqual(
    net.processes.map(({ pid }) => pid),
    [201, 202, 203],
  );
  assert.deepEqual(
    net.threads.map(({ tid }) => tid),
    [105],
  );
  // The thread is in the same mount namespace as its process, which counts for both.
  assert.deepEqual(findMembers(get(index, 'mnt', hostInodes.mnt), index).threads, []);
  const pid = findMembers(get(index, 'pid', container.pid), index);
  assert.deepEqual(
    pid.forChildren.map(({ tid }) => tid),
    [400],
  );
  assert.deepEqual(
    pid.processes.map(({ tid }) => tid),
    [201, 202],
  );
});
