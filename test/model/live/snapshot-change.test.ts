// What a snapshot differs in from the one before: whoever keeps that up has the whole.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSnapshot } from '../../../src/model/build/build-snapshot.ts';
import { SnapshotMemory } from '../../../src/model/live/snapshot-change.ts';
import { formatNamespace } from '../../../src/model/snapshot/namespace-types.ts';
import type { Namespace, Process } from '../../../src/model/snapshot/schema.ts';
import { snapshotOf } from '../../container-host.ts';
import { Random } from '../../random.ts';
import { generateFacts } from '../build/generated-facts.ts';

test('Kept up with the changes alone, namespaces and processes are those of the snapshot, for hosts that chance makes up.', () => {
  let told = 0;
  for (let seed = 0; seed < 100; seed++) {
    const memory = new SnapshotMemory((text) => text);
    const namespaces = new Map<string, Namespace>();
    const processes = new Map<number, Process>();
    for (const next of [seed, seed + 1000, seed + 2000]) {
      const snapshot = buildSnapshot(generateFacts(new Random(next)));
      const change = memory.compare(snapshot);
      assert.equal(change.isFirst, next === seed);
      for (const key of change.goneNamespaces) assert.ok(namespaces.delete(key), key);
      for (const tid of change.goneTasks) assert.ok(processes.delete(tid), String(tid));
      for (const one of change.namespaces) namespaces.set(formatNamespace(one.type, one.inode), one);
      for (const one of change.processes) processes.set(one.tid, one);
      told += change.goneNamespaces.length + change.goneTasks.length;
      const byKey = new Map(snapshot.namespaces.map((one) => [formatNamespace(one.type, one.inode), one]));
      assert.deepEqual(namespaces, byKey, `seeds ${seed}, ${next}`);
      assert.deepEqual(processes, new Map(snapshot.processes.map((one) => [one.tid, one])));
    }
  }
  assert.ok(told > 100, String(told));
});

test('Of what has not changed nothing is told.', () => {
  const memory = new SnapshotMemory((text) => text);
  assert.ok(memory.compare(snapshotOf()).namespaces.length > 10);
  const { namespaces, processes, goneNamespaces, goneTasks } = memory.compare(snapshotOf());
  assert.deepEqual([namespaces, processes, goneNamespaces, goneTasks], [[], [], [], []]);
});
