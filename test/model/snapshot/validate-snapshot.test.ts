import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { buildSnapshot } from '../../../src/model/build/build-snapshot.ts';
import { SnapshotError, validateSnapshot } from '../../../src/model/snapshot/validate-snapshot.ts';
import { hostFact, processFact } from '../../recorded-facts.ts';
import { generatedFacts } from '../build/generated-facts.ts';

/** A snapshot as it comes from a file: plain, to be changed. */
function plain(): Record<string, unknown> {
  return JSON.parse(JSON.stringify(buildSnapshot([hostFact(), processFact(1, ['init'])])));
}

function assertRefused(value: unknown, where: string, sentence: RegExp): void {
  assert.throws(
    () => validateSnapshot(value),
    (error: unknown) => {
      assert.ok(error instanceof SnapshotError, String(error));
      assert.equal(error.where, where);
      assert.match(error.message, sentence);
      return true;
    },
  );
}

test('What is no object, or names no schema, is no snapshot.', () => {
  for (const value of [null, undefined, 5, 'x', [], [plain()], {}])
    assertRefused(value, '', /^it is not a snapshot: an object with the key "schema" was expected$/);
});

test('A snapshot of another version is refused with both versions.', () => {
  const sentence = /^its schema is "nscope\.snapshot\/9"; this nscope reads "nscope\.snapshot\/1"$/;
  assertRefused({ ...plain(), schema: 'nscope.snapshot/9' }, '/schema', sentence);
  assertRefused({ ...plain(), schema: 1 }, '/schema', /^its schema is 1;/);
});

test('A value of the wrong kind is named with its place.', () => {
  const value = plain();
  value['namespaces'] = [...(value['namespaces'] as object[]).slice(0, 1), { type: 'net' }];
  assertRefused(value, '/namespaces/1', /^it is not a valid snapshot: \/namespaces\/1 /);
  assertRefused({ ...plain(), processes: 5 }, '/processes', /\/processes must be array/);
  assertRefused({ ...plain(), more: 1 }, '/more', /it is not a valid snapshot: \/more /);
});

test('A snapshot without any one of its parts is refused.', () => {
  for (const part of ['host', 'namespaces', 'processes', 'coverage']) {
    const value = plain();
    delete value[part];
    assertRefused(value, '', new RegExp(part));
  }
});

test('A snapshot in which one value was swapped for a wrong one is refused there or above it.', () => {
  // Each number picks a key on the way down.
  const choices = fc.infiniteStream(fc.nat(999));
  fc.assert(
    fc.property(generatedFacts, choices, (facts, choice) => {
      const value: unknown = JSON.parse(JSON.stringify(buildSnapshot(facts)));
      let place = value as Record<string, unknown>;
      let pointer = '';
      for (;;) {
        const keys = Object.keys(place);
        const key = keys[choice.next().value % keys.length] as string;
        pointer += `/${key}`;
        const below = place[key];
        if (typeof below === 'object' && below !== null && Object.keys(below).length > 0) {
          place = below as Record<string, unknown>;
          continue;
        }
        place[key] = { wrong: true };
        break;
      }
      assert.throws(
        () => validateSnapshot(value),
        (error: unknown) => error instanceof SnapshotError && `${pointer}/wrong`.startsWith(error.where),
        pointer,
      );
    }),
    { numRuns: 100 },
  );
});
