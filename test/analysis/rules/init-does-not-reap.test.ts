import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initDoesNotReap } from '../../../src/analysis/rules/init-does-not-reap.ts';
import { processFact } from '../../recorded-facts.ts';
import { judge, listCommands, processIn, say } from './judge.ts';

const zombies = (parent: number, count: number, others = {}) =>
  Array.from({ length: count }, (_, i) =>
    processFact(500 + i, [], { ppid: parent, state: 'Z', comm: 'job', threads: 1, ...others }),
  );

test('Three ended children are a note, twenty a warning, and two nothing.', () => {
  const parent = processFact(100, ['make']);
  assert.deepEqual(say(judge(initDoesNotReap, [parent, ...zombies(100, 2)])), []);
  const [few] = judge(initDoesNotReap, [parent, ...zombies(100, 3)]).findings;
  assert.equal(few?.severity, 'note');
  assert.deepEqual(few.seen, [
    '3 processes in state Z, called job, PIDs 500, 501, 502',
    'it is an ordinary process of uid 0',
  ]);
  assert.deepEqual(listCommands(few), [], 'it may wait a moment later');
  assert.equal(judge(initDoesNotReap, [parent, ...zombies(100, 20)]).findings[0]?.severity, 'warning');
});

test('An init is told with its pid namespace, and a stopped parent is to go on.', () => {
  const init = [processIn(100, { pid: 77 }), { fact: 'nested-pids', pid: 100, pids: [100, 1] } as const];
  const [found] = judge(initDoesNotReap, [...init, ...zombies(100, 3)]).findings;
  assert.equal(found?.seen[1], 'it is PID 1 of pid:[77], and inherits every orphan there');
  assert.deepEqual(found && listCommands(found), []);
  const [stopped] = judge(initDoesNotReap, [processFact(100, ['make'], { state: 'T' }), ...zombies(100, 3)]).findings;
  assert.deepEqual(stopped && listCommands(stopped), ['kill -CONT 100']);
});

test('Processes whose first thread has ended while others run are not zombies that wait for their parent.', () => {
  const parent = processFact(100, ['make']);
  assert.deepEqual(say(judge(initDoesNotReap, [parent, ...zombies(100, 5, { threads: 2 })])), []);
});
