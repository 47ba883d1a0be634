// The state after events as a snapshot, against the state itself, for arbitrary hosts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SnapshotIndex } from '../../../src/analysis/graph/snapshot-index.ts';
import { buildSnapshot } from '../../../src/model/build/build-snapshot.ts';
import type { Fact } from '../../../src/model/facts/facts.ts';
import { compareStates } from '../../../src/model/live/compare-states.ts';
import type { EventDraft } from '../../../src/model/live/events.ts';
import { LiveState } from '../../../src/model/live/live-state.ts';
import { PresentSnapshot } from '../../../src/model/live/present-snapshot.ts';
import { wholeAsChange } from '../../../src/model/live/snapshot-change.ts';
import { namespaceLinks, readLinkType } from '../../../src/model/snapshot/namespace-types.ts';
import { container, snapshotOf } from '../../container-host.ts';
import { hostInodes } from '../../recorded-facts.ts';
import { generatedFactsWithLinks } from '../build/generated-facts.ts';

const noSources = { details: () => undefined, nestedPids: (pid: number) => [pid] };

/** A host where every link is known, and no process has ended. */
const snapshots = generatedFactsWithLinks.map((facts) =>
  buildSnapshot(facts.map((fact): Fact => (fact.fact === 'process' ? { ...fact, state: 'S' } : fact))),
);

function apply(state: LiveState, events: readonly EventDraft[]): void {
  for (const [i, event] of events.entries()) state.apply({ ...event, seq: i + 1, at: '' });
}

/** Ids are not always known. What the kernel alone was said to hold is dropped where tasks hold it now. */
function describe(state: LiveState): string[] {
  return state
    .describe()
    .filter((line) => !line.includes('"kind":"kernel"'))
    .map((line) => line.replace(/^(\w+:\[\d+\]) (?:\d+|null)$/, '$1'))
    .sort();
}

test('A snapshot made after events says what the state says, however many came since the whole one.', () => {
  let compared = 0;
  fc.assert(
    fc.property(snapshots, snapshots, snapshots, (first, ...later) => {
      const state = new LiveState(first);
      const present = new PresentSnapshot(first, state, noSources);
      for (const next of later) {
        apply(state, compareStates(state, new LiveState(next)));
        const built = present.build('2026-01-02T03:04:05.000Z');
        assert.deepEqual(describe(new LiveState(built)), describe(state));
        const index = new SnapshotIndex(built);
        for (const { type, inode, processes } of built.namespaces) {
          const members = index.membersOf(type, inode).filter(({ namespaces }) => namespaces[type] === inode);
          assert.equal(processes.count, members.filter(({ pid, tid }) => pid === tid).length, `${type} ${inode}`);
          assert.equal(processes.leader === null, members.length === 0, `${type} ${inode}`);
          compared++;
        }
      }
    }),
    { numRuns: 200 },
  );
  assert.ok(compared > 4000, String(compared));
});

test('What has not changed is the same object, and a new whole snapshot takes the place of what was known.', () => {
  const whole = snapshotOf();
  const state = new LiveState(whole);
  const present = new PresentSnapshot(whole, state, noSources);
  const [first, second] = [present.build('a'), present.build('b')];
  assert.ok(first.namespaces.length > 10);
  for (const [i, namespace] of first.namespaces.entries()) assert.equal(second.namespaces[i], namespace);
  for (const [i, process] of first.processes.entries()) assert.equal(second.processes[i], process);
  const of = { type: 'net', inode: container.net, id: '5005' } as const;
  assert.equal(present.find(of)?.inode, container.net);
  assert.equal(present.find({ ...of, id: '1' }), undefined, 'another one that has its number');
  present.rebase(wholeAsChange(whole));
  assert.equal(
    present.find(of),
    second.namespaces.find(({ id }) => id === '5005'),
    'what was shown stays known',
  );
});

test('A namespace that no whole snapshot has says what the list says of it, and what nobody asked is said.', () => {
  const whole = snapshotOf();
  const state = new LiveState(whole);
  const owner = container.user;
  const details = { owner, ownerUid: 1000, parent: container.pid, level: 2 };
  const present = new PresentSnapshot(whole, state, { details: () => details, nestedPids: () => [301, 20, 1] });
  const [type, inode, id] = ['pid', 4026532999, '9999'] as const;
  const process = { pid: 301, tid: 301, ppid: 203, startTimeTicks: 99, comm: 'new', uid: 1000 };
  const links = namespaceLinks.map((link) => (readLinkType(link) === 'pid' ? inode : hostInodes[readLinkType(link)]));
  apply(state, [
    { event: 'created', namespace: { type, inode, id }, how: 'clone', process },
    { event: 'fork', process, links },
  ]);
  const built = present.build('');
  const namespace = built.namespaces.find((one) => one.inode === inode);
  assert.equal(namespace?.parent, container.pid);
  assert.deepEqual([namespace?.owner, namespace?.ownerUid, namespace?.initial], [owner, 1000, false]);
  assert.deepEqual(namespace?.processes, { count: 1, threads: 0, forChildren: 0, leader: 301 });
  assert.deepEqual(built.processes.find(({ pid }) => pid === 301)?.pids, [301, 20, 1]);
});
