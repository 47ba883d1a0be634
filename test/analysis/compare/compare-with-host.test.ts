import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareWithHost } from '../../../src/analysis/compare/compare-with-host.ts';
import { SnapshotIndex } from '../../../src/analysis/graph/snapshot-index.ts';
import { buildSnapshot } from '../../../src/model/build/build-snapshot.ts';
import type { Fact } from '../../../src/model/facts/facts.ts';
import type { NamespaceType } from '../../../src/model/snapshot/namespace-types.ts';
import { deniedLinks, hostFact, linksOf, processFact } from '../../recorded-facts.ts';

function compare(facts: readonly Fact[], pid: number, type: NamespaceType) {
  const index = new SnapshotIndex(buildSnapshot(facts));
  const process = index.process(pid) ?? assert.fail();
  const { shared, beside, certainty } =
    compareWithHost(process, index).find((one) => one.type === type) ?? assert.fail();
  return [shared, beside, certainty];
}

const inContainer = processFact(201, ['web'], { namespaces: linksOf({ net: 4026532305, pid: 4026532304 }) });

test('A process is held against the links of the host’s init, where these can be read.', () => {
  const moved = linksOf({ net: 4026532305, uts: 4026532306 });
  const facts = [hostFact(), processFact(1, ['init'], { namespaces: moved }), inContainer];
  assert.deepEqual(compare(facts, 201, 'net'), [true, 'init', 'certain']);
  assert.deepEqual(compare(facts, 201, 'uts'), [false, 'init', 'certain']);
});

test('Where the links of the init are refused its place is inferred, and for what tells nothing the boot stands in.', () => {
  const signs: Fact[] = [1, 201].map((pid, i) => ({
    fact: 'signs',
    pid,
    pids: i === 0 ? [1] : [201, 1],
    netStat: 7 + i,
    idMaps: 'full',
  }));
  const facts = [hostFact(), processFact(1, ['init'], { namespaces: deniedLinks }), inContainer, ...signs];
  assert.deepEqual(compare(facts, 201, 'net'), [false, 'inferred init', 'certain']);
  assert.deepEqual(compare(facts, 201, 'user'), [true, 'inferred init', 'likely']);
  assert.deepEqual(compare(facts, 201, 'uts'), [true, 'boot', 'certain']);
});

test('In a container with a pid namespace of its own PID 1 is not the host’s init: the boot stands for the host.', () => {
  const own = linksOf({ pid: 4026532304, uts: 4026532303 });
  const vantage = { pid: 9, uid: 0, capabilities: '0', namespaces: own, procPidNamespace: 4026532304 };
  const facts = [
    hostFact({ vantage }),
    processFact(1, ['sh'], { namespaces: own }),
    processFact(9, ['nscope'], { namespaces: own }),
  ];
  assert.deepEqual(compare(facts, 9, 'uts'), [false, 'boot', 'certain']);
  assert.deepEqual(compare(facts, 9, 'net'), [true, 'boot', 'certain']);
});

test('A process of which nothing can be told is not compared.', () => {
  const facts = [hostFact(), processFact(1, ['init']), processFact(5, ['x'], { namespaces: deniedLinks })];
  assert.deepEqual(compare(facts, 5, 'net')[0], { unknown: 'denied', errno: 'EACCES' });
});
