// Events lead from one state to the next: whatever two snapshots are, what comparison says of them makes one of the other.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSnapshot } from '../../src/model/build/build-snapshot.ts';
import type { Fact, NamespaceInodes } from '../../src/model/facts/facts.ts';
import { compareStates } from '../../src/model/live/compare-states.ts';
import type { EventDraft } from '../../src/model/live/events.ts';
import { LiveState } from '../../src/model/live/live-state.ts';
import { isKnown } from '../../src/model/snapshot/known.ts';
import { namespaceLinks, readLinkType } from '../../src/model/snapshot/namespace-types.ts';
import { generateFacts } from '../model/build/generated-facts.ts';
import { Random } from '../random.ts';
import { hostInodes } from '../recorded-facts.ts';

/** A link that is not known counts as no change, so that here all are known. */
function withKnownLinks(fact: Fact): Fact {
  if (fact.fact !== 'process') return fact;
  const entries = namespaceLinks.map((link) => {
    const inode = fact.namespaces[link];
    return [link, isKnown(inode) ? inode : hostInodes[readLinkType(link)]];
  });
  return { ...fact, namespaces: Object.fromEntries(entries) as NamespaceInodes };
}

function makeState(seed: number): LiveState {
  return new LiveState(buildSnapshot(generateFacts(new Random(seed)).map(withKnownLinks)));
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

test('Applied to the first state, the events give the second, for states that chance makes up.', () => {
  let told = 0;
  for (let seed = 0; seed < 300; seed++) {
    const [state, goal] = [makeState(seed), makeState(seed + 1000)];
    const events = compareStates(state, goal);
    told += events.length;
    apply(state, events);
    assert.deepEqual(describe(state), describe(goal), `generated with seeds ${seed} and ${seed + 1000}`);
    const again = compareStates(state, goal).filter(({ event }) => event !== 'created' && event !== 'destroyed');
    assert.deepEqual(again, [], `nothing is left to tell, seed ${seed}`);
  }
  assert.ok(told > 1000, `${told} events were applied`);
});

test('Between equal states nothing happens.', () => {
  for (let seed = 0; seed < 100; seed++) assert.deepEqual(compareStates(makeState(seed), makeState(seed)), []);
});

test('What an event told since the reading began is not undone by it.', () => {
  const [state, goal] = [makeState(1), makeState(2)];
  const newer = { namespace: () => true, task: () => true };
  assert.deepEqual(compareStates(state, goal, newer), []);
});
