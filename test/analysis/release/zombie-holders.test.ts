// What a process holds that has ended and was not waited for: its user namespace by its credentials, its pid namespace by
// its PID (struct pid), and nothing else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SnapshotIndex } from '../../../src/analysis/graph/snapshot-index.ts';
import { findHolders } from '../../../src/analysis/release/find-holders.ts';
import { namespaceTypes } from '../../../src/model/snapshot/namespace-types.ts';
import { container, snapshotOf } from '../../container-host.ts';
import { linksOf, processFact } from '../../recorded-facts.ts';

test('A zombie is a holder of its user and pid namespace alone, and a leader whose threads live on of all that it shows.', () => {
  const namespaces = linksOf({ user: container.user, pid: container.pid, net: container.net });
  const zombie = processFact(204, [], { ppid: 201, state: 'Z', namespaces });
  const leader = processFact(205, [], { ppid: 201, state: 'Z', threads: 3, namespaces });
  const index = new SnapshotIndex(snapshotOf([zombie, leader]));
  const held = (pid: number) =>
    namespaceTypes.filter((type) => {
      const inode = namespaces[type];
      const namespace = typeof inode === 'number' ? index.namespace(type, inode) : undefined;
      return namespace && findHolders(index, namespace).some((holder) => holder.pid === pid);
    });
  assert.deepEqual(held(204), ['pid', 'user']);
  assert.deepEqual(held(205), [...namespaceTypes]);
});
