// What a snapshot is made of may come in any order, and whatever it is, the snapshot is one by the schema.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSnapshot } from '../../../src/model/build/build-snapshot.ts';
import { namespaceTypes } from '../../../src/model/snapshot/namespace-types.ts';
import { validateSnapshot } from '../../../src/model/snapshot/validate-snapshot.ts';
import { Random } from '../../random.ts';
import { generateFacts } from './generated-facts.ts';

const rounds = 300;

test('The same facts in any order give an equal snapshot.', () => {
  for (let seed = 0; seed < rounds; seed++) {
    const random = new Random(seed);
    const facts = generateFacts(random);
    const snapshot = buildSnapshot(facts);
    for (let i = 0; i < 5; i++)
      assert.deepEqual(buildSnapshot(random.shuffle(facts)), snapshot, `generated with seed ${seed}`);
  }
});

test('The same facts told twice give the snapshot that they give once.', () => {
  for (let seed = 0; seed < rounds; seed++) {
    const facts = generateFacts(new Random(seed)).filter(({ fact }) => fact !== 'coverage');
    assert.deepEqual(buildSnapshot([...facts, ...facts]), buildSnapshot(facts), `generated with seed ${seed}`);
  }
});

test('Every snapshot fits the schema, also after a way through JSON.', () => {
  for (let seed = 0; seed < rounds; seed++) {
    const snapshot = buildSnapshot(generateFacts(new Random(seed)));
    assert.equal(validateSnapshot(snapshot), snapshot);
    const read = validateSnapshot(JSON.parse(JSON.stringify(snapshot)));
    assert.deepEqual(read, snapshot, `generated with seed ${seed}`);
  }
});

test('Each process is counted once for each type where its links are known, and each thread that is elsewhere than it.', () => {
  for (let seed = 0; seed < rounds; seed++) {
    const { namespaces, processes } = buildSnapshot(generateFacts(new Random(seed)));
    for (const type of namespaceTypes) {
      const counts = namespaces.filter((namespace) => namespace.type === type).map((namespace) => namespace.processes);
      const leaders = new Map(processes.filter(({ pid, tid }) => pid === tid).map((leader) => [leader.pid, leader]));
      const tasks = processes.filter((task) => {
        const leader = leaders.get(task.pid);
        if (typeof task.namespaces[type] !== 'number') return false;
        return task === leader || leader?.namespaces[type] !== task.namespaces[type];
      });
      const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
      assert.equal(
        sum(counts.map(({ count, threads }) => count + threads)),
        tasks.length,
        `generated with seed ${seed}`,
      );
    }
  }
});

test('Namespaces come by type and inode, processes by pid and tid, each once, and all is frozen.', () => {
  for (let seed = 0; seed < rounds; seed++) {
    const snapshot = buildSnapshot(generateFacts(new Random(seed)));
    const { namespaces, processes } = snapshot;
    for (const [i, namespace] of namespaces.entries()) {
      const before = namespaces[i - 1];
      assert.ok(!before || before.type < namespace.type || before.inode < namespace.inode);
      assert.ok(Object.isFrozen(namespace) && Object.isFrozen(namespace.processes) && Object.isFrozen(namespace.names));
    }
    for (const [i, process] of processes.entries()) {
      const before = processes[i - 1];
      assert.ok(!before || before.pid < process.pid || (before.pid === process.pid && before.tid < process.tid));
      assert.ok(Object.isFrozen(process));
    }
    assert.ok(Object.isFrozen(snapshot) && Object.isFrozen(namespaces) && Object.isFrozen(processes));
  }
});
