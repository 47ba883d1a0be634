import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collectSnapshot } from '../../src/collect/collect.ts';
import { formatNamespace } from '../../src/model/snapshot/namespace-types.ts';
import { wantEverything } from '../../src/model/snapshot/wanted.ts';
import { bedNeeds, makeBed } from '../bed/bed.ts';
import { missing } from '../tiers.ts';

const skip = missing({ unprivileged: true, ...bedNeeds });

/** What an ordinary user sees of his own bed: his processes, their descriptors, and what those lead to. */
const seenPlaces: ReadonlySet<string> = new Set([
  'process',
  'thread',
  'fd',
  'fd-of-unmounted',
  'parent-only',
  'owner-only',
]);

test('An ordinary user finds what his own processes hold, and is told that the rest is not shown.', {
  skip,
}, async (t) => {
  const bed = await makeBed([], { user: true });
  try {
    const snapshot = collectSnapshot(wantEverything);
    const found = new Set(snapshot.namespaces.map(({ type, inode }) => formatNamespace(type, inode)));
    const places = new Map<string, { found: number; made: number }>();
    for (const { place, type, inode, auxiliary } of bed.namespaces) {
      if (auxiliary) continue;
      const count = places.get(place) ?? { found: 0, made: 0 };
      count.made++;
      if (found.has(formatNamespace(type, inode))) count.found++;
      places.set(place, count);
    }
    assert.ok(places.size > 5, `the bed made only ${places.size} places`);
    for (const [place, { found: seen, made }] of places) {
      t.diagnostic(`${place.padEnd(22)} ${seen} of ${made}`);
      if (seenPlaces.has(place)) assert.equal(seen, made, place);
    }
    assert.equal(snapshot.coverage.verdict, 'partial');
    const reasons = snapshot.coverage.reasons.join('\n');
    assert.match(reasons, /that nothing visible holds is not shown/);
    assert.match(reasons, /are refused \(EACCES\)/);
    assert.ok(snapshot.coverage.lifts.some((lift) => lift.includes('root')));
  } finally {
    await bed.release();
  }
});
