import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareThings, findDifference } from '../../../src/model/live/compare-things.ts';

interface Thing {
  readonly name: string;
  readonly options: readonly string[];
  readonly master?: number;
}

const one: Thing = { name: 'one', options: ['rw'] };
const other: Thing = { name: 'other', options: ['ro'], master: 2 };

test('What went comes first, then what came or changed, with what was otherwise.', () => {
  const before = new Map([
    ['1', one],
    ['2', other],
  ]);
  const changed = { ...other, options: ['rw'] };
  const after = new Map([
    ['2', changed],
    ['3', one],
  ]);
  assert.deepEqual(compareThings(before, after), [
    { kind: 'removed', key: '1', thing: one },
    { kind: 'changed', key: '2', thing: changed, was: { options: ['ro'] } },
    { kind: 'added', key: '3', thing: one },
  ]);
});

test('Things that are alike differ in nothing, whichever objects they are.', () => {
  assert.deepEqual(compareThings(new Map([['1', one]]), new Map([['1', { ...one, options: [...one.options] }]])), []);
});

test('A field that is new was null, and one that is no longer there was what it was.', () => {
  assert.deepEqual(findDifference<Thing>(one, { ...one, master: 5 }), { master: null });
  assert.deepEqual(findDifference<Thing>({ ...one, master: 5 }, one), { master: 5 });
});
