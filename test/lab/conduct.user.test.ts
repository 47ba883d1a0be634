// Verdicts: what follows from what an experiment compares, is refused, and waits for.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conduct } from '../../src/lab/conduct.ts';
import type { Experiment } from '../../src/lab/stage/experiment.ts';
import { isAlive } from '../launch/nscope-run.ts';
import { makeStageOptions } from './stage-options.ts';

async function perform(experiment: Experiment['perform'], patienceMs?: number) {
  const described = { name: 'first-process' as const, claim: 'It is so.', source: 'a test', perform: experiment };
  return await conduct(described, makeStageOptions(undefined, patienceMs)).report;
}

test('The verdict follows from the comparisons, and a difference is told with both sides.', async () => {
  const same = await perform(async (stage) => stage.expect('a sum', await stage.run('echo $((1 + 1))'), 2));
  assert.deepEqual([same.verdict, same.reason], ['as described', undefined]);
  const pieces = [{ during: 0, text: '2\n' }];
  assert.deepEqual(same.commands, [
    { command: 'echo $((1 + 1))', background: false, output: '2\n', pieces, status: 0 },
  ]);
  const other = await perform(async (stage) => stage.expect('a sum', await stage.run('echo $((1 + 2))'), 2));
  assert.deepEqual([other.verdict, other.reason], ['differs on this kernel', 'a sum: 3, not 2']);
  const missing = await perform(async (stage) => stage.expectOther('a word', undefined, 'x'));
  assert.equal(missing.verdict, 'differs on this kernel');
});

test('What is refused is not permitted, with the words of who refused; a difference before it counts more.', async () => {
  const refused = await perform(async (stage) => {
    await stage.run('echo no way >&2; exit 1');
  });
  assert.deepEqual([refused.verdict, refused.reason], ['not permitted here', 'no way']);
  const absent = await perform(async (stage) => {
    await stage.run(['./nscope-no-such-program']);
  });
  assert.equal(absent.verdict, 'not permitted here');
  assert.match(absent.reason ?? '', /ENOENT/);
  const inside = await perform(async (stage) => {
    await stage.try('./nscope-no-such-program');
  });
  assert.deepEqual(inside.verdict, 'not permitted here');
  assert.match(inside.reason ?? '', /nscope-no-such-program: .*not found/);
  const both = await perform(async (stage) => {
    stage.expect('a word', 'one', 'other');
    await stage.run('false');
  });
  assert.deepEqual([both.verdict, both.reason], ['differs on this kernel', 'a word: one, not other']);
});

test('An answer that does not come is a difference, and what was asked is ended.', async () => {
  let pid = 0;
  const silent = await perform(async (stage) => {
    const actor = await stage.start('echo begun; exec sleep 1000', /begun/);
    pid = actor.pid;
    await actor.until(/never/);
  }, 200);
  assert.deepEqual(
    [silent.verdict, silent.reason],
    ['differs on this kernel', 'what was waited for: nothing like never was written within 0.2 s, not an answer'],
  );
  assert.ok(pid > 0 && !isAlive(pid));
});

test('An experiment that compares nothing is a mistake of its own.', async () => {
  await assert.rejects(
    perform(async (stage) => {
      await stage.run('true');
    }),
    /the experiment first-process compares nothing/,
  );
});
