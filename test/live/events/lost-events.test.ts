import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LostEvents } from '../../../src/live/events/lost-events.ts';

test('A loss is told once, with how many changes the comparison gave that began after it.', () => {
  const loss = new LostEvents();
  assert.deepEqual([loss.isAny, loss.takeEvents(100, 3)], [false, []]);
  loss.add(4, 10);
  loss.add(3, 20);
  assert.equal(loss.isAny, true);
  assert.deepEqual(loss.takeEvents(21, 5), [
    { event: 'lost', count: 7, where: 'kernel' },
    { event: 'resync', changes: 5 },
  ]);
  assert.deepEqual([loss.isAny, loss.takeEvents(30, 1)], [false, []]);
});

test('A comparison that began before the loss does not make good for it.', () => {
  const loss = new LostEvents();
  loss.add(1, 20);
  assert.deepEqual(loss.takeEvents(20, 5), []);
  assert.deepEqual(loss.takeEvents(19, 5), []);
  assert.equal(loss.isAny, true);
});

test('Where one number of several is not known, none is told; the next loss is counted anew.', () => {
  const loss = new LostEvents();
  loss.add(5, 1);
  loss.add(null, 2);
  loss.add(5, 3);
  assert.deepEqual(loss.takeEvents(4, 0)[0], { event: 'lost', count: null, where: 'kernel' });
  loss.add(2, 5);
  assert.deepEqual(loss.takeEvents(6, 0)[0], { event: 'lost', count: 2, where: 'kernel' });
});
