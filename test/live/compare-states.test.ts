// Events lead from one state to the next: whatever two snapshots are, what comparison says of them makes one of the other.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { buildSnapshot } from '../../src/model/build/build-snapshot.ts';
import type { Fact } from '../../src/model/facts/facts.ts';
import { compareStates } from '../../src/model/live/compare-states.ts';
import type { EventDraft } from '../../src/model/live/events.ts';
import { LiveState } from '../../src/model/live/live-state.ts';
import { generatedFactsWithLinks } from '../model/build/generated-facts.ts';

/** A link that is not known counts as no change, so that here all are known. */
function makeState(facts: readonly Fact[]): LiveState {
  return new LiveState(buildSnapshot(facts));
}

function apply(state: LiveState, events: readonly EventDraft[]): void {
  for (const [i, event] of events.entries()) state.apply({ ...event, seq: i + 1, at: '' });
}

/** Ids are not always known. */
function describe(state: LiveState): string[] {
  return state
    .describe()
    .map((line) => line.replace(/^(\w+:\[\d+\]) (?:\d+|null)$/, '$1'))
    .sort();
}

test('Applied to the first state, the events give the second.', () => {
  let told = 0;
  fc.assert(
    fc.property(generatedFactsWithLinks, generatedFactsWithLinks, (first, second) => {
      const [state, goal] = [makeState(first), makeState(second)];
      const events = compareStates(state, goal);
      told += events.length;
      apply(state, events);
      assert.deepEqual(describe(state), describe(goal));
      const again = compareStates(state, goal).filter(({ event }) => event !== 'created' && event !== 'destroyed');
      assert.deepEqual(again, [], 'nothing is left to tell');
    }),
    { numRuns: 300 },
  );
  assert.ok(told > 1000, `${told} events were applied`);
});

test('Between equal states nothing happens.', () => {
  fc.assert(
    fc.property(generatedFactsWithLinks, (facts) => {
      assert.deepEqual(compareStates(makeState(facts), makeState(facts)), []);
    }),
  );
});

test('What an event told since the reading began is not undone by it.', () => {
  const newer = { namespace: () => true, task: () => true };
  fc.assert(
    fc.property(generatedFactsWithLinks, generatedFactsWithLinks, (first, second) => {
      assert.deepEqual(compareStates(makeState(first), makeState(second), newer), []);
    }),
  );
});
