import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initDoesNotReap } from '../../../src/analysis/rules/init-does-not-reap.ts';
import type { Fact } from '../../../src/model/facts/facts.ts';
import { processFact } from '../../recorded-facts.ts';
import { judge, listCommands, processIn, say } from './judge.ts';

const zombies = (parent: number, count: number) =>
  Array.from({ length: count }, (_, i) =>
    processFact(500 + i, [], { ppid: parent, state: 'Z', comm: 'job', threads: 1, startTimeTicks: 7 }),
  );

/** With so many of them still there a second later. */
function judgeLater(facts: readonly Fact[], still = 100, startTimeTicks = 7) {
  const pids = facts.flatMap((fact) => (fact.fact === 'process' && fact.pid >= 500 ? [fact.pid] : []));
  const left = pids.slice(0, still).map((pid) => ({ pid, startTimeTicks, afterMs: 1003 }));
  return judge(initDoesNotReap, facts, { conditions: { zombies: left } });
}

const parent = processFact(100, ['make']);

test('Three ended children are a note, twenty a warning, and two nothing.', () => {
  assert.deepEqual(say(judgeLater([parent, ...zombies(100, 2)])), []);
  const [few] = judgeLater([parent, ...zombies(100, 3)]).findings;
  assert.equal(few?.severity, 'note');
  assert.deepEqual(few.seen, [
    '3 processes in state Z, called job, PIDs 500, 501, 502',
    'they were still there 1 s later; when they ended is not known',
    'it is an ordinary process of uid 0',
  ]);
  assert.deepEqual(listCommands(few), [], 'it may wait a moment later');
  assert.equal(judgeLater([parent, ...zombies(100, 20)]).findings[0]?.severity, 'warning');
});

test('Those that their parent waited for a moment later are nothing, and a PID that was used again is another.', () => {
  const facts = [parent, ...zombies(100, 30)];
  assert.deepEqual(say(judgeLater(facts, 0)), []);
  assert.deepEqual(say(judgeLater(facts, 2)), []);
  assert.equal(judgeLater(facts, 4).findings[0]?.severity, 'note');
  assert.deepEqual(say(judgeLater(facts, 30, 8)), []);
});

test('A snapshot without the second look does not decide it.', () => {
  const { findings, undecided } = judge(initDoesNotReap, [parent, ...zombies(100, 30)]);
  assert.deepEqual(findings, []);
  assert.deepEqual(undecided, [
    { code: 'init-does-not-reap', why: 'the snapshot has no second look at ended processes' },
  ]);
});

test('An init is told with its pid namespace, and a stopped parent is to go on.', () => {
  const init = [processIn(100, { pid: 77 }), { fact: 'nested-pids', pid: 100, pids: [100, 1] } as const];
  const [found] = judgeLater([...init, ...zombies(100, 3)]).findings;
  assert.equal(found?.seen[2], 'it is PID 1 of pid:[77], and inherits every orphan there');
  assert.deepEqual(found && listCommands(found), []);
  const [stopped] = judgeLater([processFact(100, ['make'], { state: 'T' }), ...zombies(100, 3)]).findings;
  assert.deepEqual(stopped && listCommands(stopped), ['kill -CONT 100']);
});
