// Where a process is: what it shares with its parent and with others.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findAncestors, findCompanions, findPlacements } from '../../../src/analysis/graph/process-placement.ts';
import { SnapshotIndex } from '../../../src/analysis/graph/snapshot-index.ts';
import { buildSnapshot } from '../../../src/model/build/build-snapshot.ts';
import { isKnown } from '../../../src/model/snapshot/known.ts';
import type { Process } from '../../../src/model/snapshot/schema.ts';
import { container, indexOf } from '../../container-host.ts';
import { denied, deniedLinks, hostFact, hostInodes, linksOf, processFact } from '../../recorded-facts.ts';

function get(index: SnapshotIndex, pid: number): Process {
  const process = index.process(pid);
  assert.ok(process);
  return process;
}

test('Each of the ten links says whether it is initial, shared, and with how many others.', () => {
  const index = indexOf();
  const placements = findPlacements(get(index, 203), index);
  assert.equal(placements.length, 10);
  const of = (link: string) => {
    const { inode, initial, shared, others } = placements.find((one) => one.link === link) ?? assert.fail(link);
    return [inode, initial, shared, others];
  };
  assert.deepEqual(of('net'), [container.net, false, true, 2]);
  assert.deepEqual(of('pid'), [container.nestedPid, false, false, 0]);
  assert.deepEqual(of('pid_for_children'), [container.nestedPid, false, true, 0]);
  assert.deepEqual(of('ipc'), [hostInodes.ipc, true, true, index.snapshot.processes.filter(isLeader).length - 1]);
});

function isLeader({ pid, tid }: Process): boolean {
  return pid === tid;
}

test('A link for the children of a process that will move them says that it is not its own.', () => {
  const index = new SnapshotIndex(
    buildSnapshot([
      hostFact(),
      processFact(10, ['unshare'], { namespaces: linksOf({ pid_for_children: container.pid }) }),
      processFact(11, ['sleep'], { ppid: 10, namespaces: linksOf({ pid: container.pid }) }),
    ]),
  );
  const placement = findPlacements(get(index, 10), index).find(({ link }) => link === 'pid_for_children');
  assert.equal(placement?.shared, false);
  assert.equal(placement?.others, 1);
});

test('What the parent refuses stays unknown with its reason; without a parent there is nothing to share.', () => {
  const index = new SnapshotIndex(
    buildSnapshot([hostFact(), processFact(1, ['init'], { namespaces: deniedLinks }), processFact(10, ['child'])]),
  );
  assert.deepEqual(findPlacements(get(index, 10), index)[0]?.shared, denied);
  assert.deepEqual(findPlacements(get(index, 1), index)[0]?.shared, null);
  assert.deepEqual(findPlacements(get(index, 1), index)[0]?.inode, denied);
});

test('Ancestors go from the parent to the first process; those of a thread begin with its process.', () => {
  const index = indexOf();
  assert.deepEqual(
    findAncestors(get(index, 203), index).map(({ tid }) => tid),
    [202, 201, 100, 1],
  );
  assert.deepEqual(
    findAncestors(get(index, 105), index).map(({ tid }) => tid),
    [100, 1],
  );
});

test('Ancestors of processes in a ring end.', () => {
  const index = new SnapshotIndex(
    buildSnapshot([hostFact(), processFact(10, ['a'], { ppid: 11 }), processFact(11, ['b'], { ppid: 10 })]),
  );
  assert.deepEqual(
    findAncestors(get(index, 10), index).map(({ pid }) => pid),
    [11],
  );
});

test('Companions are in all the same namespaces; where a link is refused they cannot be told.', () => {
  const index = indexOf([processFact(300, ['secret'], { namespaces: deniedLinks })]);
  const companions = findCompanions(get(index, 201), index);
  assert.ok(isKnown(companions));
  assert.deepEqual(
    companions.map(({ pid }) => pid),
    [201, 202],
  );
  assert.deepEqual(findCompanions(get(index, 300), index), denied);
});
