// What a snapshot is made of may come in any order, and whatever it is, the snapshot is one by the schema.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { buildSnapshot } from '../../../src/model/build/build-snapshot.ts';
import { namespaceTypes } from '../../../src/model/snapshot/namespace-types.ts';
import { validateSnapshot } from '../../../src/model/snapshot/validate-snapshot.ts';
import { generatedFacts } from './generated-facts.ts';

const numRuns = 300;

const shuffledFacts = generatedFacts.chain((facts) =>
  fc.tuple(fc.constant(facts), fc.shuffledSubarray(facts, { minLength: facts.length })),
);

test('The same facts in any order give an equal snapshot.', () => {
  fc.assert(
    fc.property(shuffledFacts, ([facts, shuffled]) => {
      assert.equal(shuffled.length, facts.length);
      assert.deepEqual(buildSnapshot(shuffled), buildSnapshot(facts));
    }),
    { numRuns: 5 * numRuns },
  );
});

test('The same facts told twice give the snapshot that they give once.', () => {
  fc.assert(
    fc.property(generatedFacts, (all) => {
      const facts = all.filter(({ fact }) => fact !== 'coverage');
      assert.deepEqual(buildSnapshot([...facts, ...facts]), buildSnapshot(facts));
    }),
    { numRuns },
  );
});

test('Every snapshot fits the schema, also after a way through JSON.', () => {
  fc.assert(
    fc.property(generatedFacts, (facts) => {
      const snapshot = buildSnapshot(facts);
      assert.equal(validateSnapshot(snapshot), snapshot);
      assert.deepEqual(validateSnapshot(JSON.parse(JSON.stringify(snapshot))), snapshot);
    }),
    { numRuns },
  );
});

test('Each process is counted once for each type where its links are known, and each thread that is elsewhere than it.', () => {
  let counted = 0;
  fc.assert(
    fc.property(generatedFacts, (facts) => {
      const { namespaces, processes } = buildSnapshot(facts);
      for (const type of namespaceTypes) {
        const counts = namespaces
          .filter((namespace) => namespace.type === type)
          .map((namespace) => namespace.processes);
        const leaders = new Map(processes.filter(({ pid, tid }) => pid === tid).map((leader) => [leader.pid, leader]));
        const tasks = processes.filter((task) => {
          const leader = leaders.get(task.pid);
          if (typeof task.namespaces[type] !== 'number') return false;
          return task === leader || leader?.namespaces[type] !== task.namespaces[type];
        });
        const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
        assert.equal(sum(counts.map(({ count, threads }) => count + threads)), tasks.length);
        counted += tasks.length;
      }
    }),
    { numRuns },
  );
  assert.ok(counted > 1000, `${counted} tasks were counted`);
});

test('Namespaces come by type and inode, processes by pid and tid, each once, and all is frozen.', () => {
  let compared = 0;
  fc.assert(
    fc.property(generatedFacts, (facts) => {
      const snapshot = buildSnapshot(facts);
      const { namespaces, processes } = snapshot;
      for (const [i, namespace] of namespaces.entries()) {
        const before = namespaces[i - 1];
        assert.ok(!before || before.type < namespace.type || before.inode < namespace.inode);
        assert.ok(
          Object.isFrozen(namespace) && Object.isFrozen(namespace.processes) && Object.isFrozen(namespace.names),
        );
      }
      for (const [i, process] of processes.entries()) {
        const before = processes[i - 1];
        assert.ok(!before || before.pid < process.pid || (before.pid === process.pid && before.tid < process.tid));
        assert.ok(Object.isFrozen(process));
      }
      assert.ok(Object.isFrozen(snapshot) && Object.isFrozen(namespaces) && Object.isFrozen(processes));
      compared += namespaces.length + processes.length;
    }),
    { numRuns },
  );
  assert.ok(compared > 1000, `${compared} things were looked at`);
});
