import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventQueue } from '../../../src/live/events/event-queue.ts';

test('A reader that keeps up gets everything in order, however much passes.', () => {
  const queue = new EventQueue<number>(3000);
  const taken: number[] = [];
  for (let i = 0; i < 20_000; i += 2) {
    queue.push(i);
    queue.push(i + 1);
    for (let turn = 0; turn < (i < 4000 ? 1 : 2); turn++) taken.push(queue.shift() ?? -1);
  }
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) taken.push(next);
  assert.deepEqual(
    taken,
    Array.from({ length: 20_000 }, (_, i) => i),
  );
  assert.equal(queue.takeDropped(), 0);
});

test('What a slow reader cannot take is dropped and counted, and told after what waited.', () => {
  const queue = new EventQueue<string>(2);
  for (const word of ['a', 'b', 'c', 'd']) queue.push(word);
  assert.equal(queue.takeDropped(), 0, 'two still wait');
  assert.equal(queue.shift(), 'a');
  queue.push('e');
  assert.equal(queue.shift(), 'b');
  assert.equal(queue.shift(), undefined, 'e came after a gap');
  assert.equal(queue.takeDropped(), 3);
  queue.push('f');
  assert.equal(queue.shift(), 'f');
});
