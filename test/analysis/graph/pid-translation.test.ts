// PIDs of the same process in nested pid namespaces, both ways.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countUntranslatable, findByPid, translatePid } from '../../../src/analysis/graph/pid-translation.ts';
import { SnapshotIndex } from '../../../src/analysis/graph/snapshot-index.ts';
import { buildSnapshot } from '../../../src/model/build/build-snapshot.ts';
import { isKnown } from '../../../src/model/snapshot/known.ts';
import { container, indexOf } from '../../container-host.ts';
import { deniedLinks, hostFact, hostInodes, linksOf, processFact } from '../../recorded-facts.ts';

function translate(pid: number, index: SnapshotIndex) {
  const process = index.process(pid);
  assert.ok(process);
  return translatePid(process, index).map((one) => [one.pid, isKnown(one.namespace) ? one.namespace : 'unknown']);
}

test('A process two levels down has three PIDs, each in the right pid namespace.', () => {
  assert.deepEqual(translate(203, indexOf()), [
    [203, hostInodes.pid],
    [8, container.pid],
    [1, container.nestedPid],
  ]);
  assert.deepEqual(translate(100, indexOf()), [[100, hostInodes.pid]]);
});

test('A PID is found in each pid namespace that its process can be seen from, and in no other.', () => {
  const index = indexOf();
  assert.equal(findByPid(203, hostInodes.pid, index)?.pid, 203);
  assert.equal(findByPid(8, container.pid, index)?.pid, 203);
  assert.equal(findByPid(1, container.nestedPid, index)?.pid, 203);
  assert.equal(findByPid(1, container.pid, index)?.pid, 201);
  assert.equal(findByPid(1, hostInodes.pid, index)?.pid, 1);
  assert.equal(findByPid(203, container.pid, index), undefined);
  assert.equal(findByPid(7, container.nestedPid, index), undefined);
});

test('A thread ID is not taken for a PID.', () => {
  assert.equal(findByPid(105, hostInodes.pid, indexOf()), undefined);
});

test('Where the link is refused, one PID alone says that the process is where /proc is, and several leave a doubt.', () => {
  const index = new SnapshotIndex(
    buildSnapshot([
      hostFact(),
      processFact(1, ['init'], { namespaces: deniedLinks }),
      processFact(50, ['contained'], { namespaces: deniedLinks }),
      { fact: 'nested-pids', pid: 50, pids: [50, 1] },
    ]),
  );
  assert.deepEqual(translate(1, index), [[1, hostInodes.pid]]);
  assert.equal(findByPid(1, hostInodes.pid, index)?.pid, 1);
  assert.deepEqual(translate(50, index), [
    [50, hostInodes.pid],
    [1, 'unknown'],
  ]);
  assert.equal(countUntranslatable(index), 1);
});

test('Where a parent was not seen, the outermost and the innermost namespace are still told.', () => {
  const index = new SnapshotIndex(
    buildSnapshot([
      hostFact(),
      processFact(50, ['deep'], { namespaces: linksOf({ pid: 4026532999 }) }),
      { fact: 'nested-pids', pid: 50, pids: [50, 6, 1] },
    ]),
  );
  assert.deepEqual(translate(50, index), [
    [50, hostInodes.pid],
    [6, 'unknown'],
    [1, 4026532999],
  ]);
});
