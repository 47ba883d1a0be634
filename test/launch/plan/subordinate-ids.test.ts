// The subordinate ids of a user: what is cut, and where the own id stands.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cutOverlaps, spreadIds } from '../../../src/launch/plan/subordinate-ids.ts';

test('Of any ranges each id is mapped once, within what was given, from 0 on without a hole but for a far own id.', () => {
  const ranges = fc.array(fc.record({ start: fc.nat(59), count: fc.nat(19) }), { maxLength: 5 });
  fc.assert(
    fc.property(ranges, fc.nat(79), fc.nat(59), (given, own, outside) => {
      const lines = spreadIds(own, outside, cutOverlaps(given, outside));
      const wanted = new Set(given.flatMap(({ start, count }) => Array.from({ length: count }, (_, n) => start + n)));
      wanted.add(outside);
      const mapped = lines.flatMap((line) => Array.from({ length: line.count }, (_, n) => line.outside + n));
      assert.deepEqual(
        [...mapped].sort((a, b) => a - b),
        [...wanted].sort((a, b) => a - b),
      );
      const inside = lines.flatMap((line) => Array.from({ length: line.count }, (_, n) => line.inside + n));
      assert.equal(lines.find((line) => line.outside === outside && line.count === 1)?.inside, own);
      assert.deepEqual(
        inside.filter((id) => id !== own),
        Array.from({ length: inside.length }, (_, n) => n)
          .filter((n) => n !== own)
          .slice(0, inside.length - 1),
      );
    }),
    { numRuns: 500 },
  );
});

test('A range that leads beyond the last id ends there.', () => {
  assert.deepEqual(cutOverlaps([{ start: 4294967290, count: 4294967295 }], 0), [{ start: 4294967290, count: 5 }]);
  assert.deepEqual(cutOverlaps([{ start: 9999999999, count: 5 }], 0), []);
});
