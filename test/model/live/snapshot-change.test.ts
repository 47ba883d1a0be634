// What a snapshot differs in from the one before: whoever keeps that up has the whole.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { buildSnapshot } from '../../../src/model/build/build-snapshot.ts';
import { SnapshotMemory } from '../../../src/model/live/snapshot-change.ts';
import { formatNamespace } from '../../../src/model/snapshot/namespace-types.ts';
import type { Namespace, Process } from '../../../src/model/snapshot/schema.ts';
import { snapshotOf } from '../../container-host.ts';
import { generatedFacts } from '../build/generated-facts.ts';

test('Kept up with the changes alone, namespaces and processes are those of the snapshot.', () => {
  let told = 0;
  fc.assert(
    fc.property(fc.tuple(generatedFacts, generatedFacts, generatedFacts), (hosts) => {
      const memory = new SnapshotMemory((text) => text);
      const namespaces = new Map<string, Namespace>();
      const processes = new Map<number, Process>();
      for (const [i, facts] of hosts.entries()) {
        const snapshot = buildSnapshot(facts);
        const change = memory.compare(snapshot);
        assert.equal(change.isFirst, i === 0);
        for (const key of change.goneNamespaces) assert.ok(namespaces.delete(key), key);
        for (const tid of change.goneTasks) assert.ok(processes.delete(tid), String(tid));
        for (const one of change.namespaces) namespaces.set(formatNamespace(one.type, one.inode), one);
        for (const one of change.processes) processes.set(one.tid, one);
        told += change.goneNamespaces.length + change.goneTasks.length;
        const byKey = new Map(snapshot.namespaces.map((one) => [formatNamespace(one.type, one.inode), one]));
        assert.deepEqual(namespaces, byKey);
        assert.deepEqual(processes, new Map(snapshot.processes.map((one) => [one.tid, one])));
      }
    }),
  );
  assert.ok(told > 100, String(told));
});

test('Of what has not changed nothing is told.', () => {
  const memory = new SnapshotMemory((text) => text);
  assert.ok(memory.compare(snapshotOf()).namespaces.length > 10);
  const { namespaces, processes, goneNamespaces, goneTasks } = memory.compare(snapshotOf());
  assert.deepEqual([namespaces, processes, goneNamespaces, goneTasks], [[], [], [], []]);
});
