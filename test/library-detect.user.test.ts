// What the verb detect does, done by who uses the library.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectMethods, isInChild, isKnown, judgeEvidence, readDetectEvidence } from '../src/index.ts';
import { runNscope } from './cli/run-nscope.ts';

test('Evidence that the library reads is judged as the command judges it.', () => {
  const evidence = readDetectEvidence({ about: 'process', pid: process.pid });
  assert.ok(isKnown(evidence));
  const own = judgeEvidence(evidence);
  const { verdicts } = JSON.parse(runNscope(['detect', String(process.pid), '--json']).stdout) as {
    verdicts: typeof own;
  };
  const summarize = (judgements: typeof own) =>
    judgements.map(({ type, inode, verdict }) => ({ type, inode, verdict }));
  assert.equal(own.length, 8);
  assert.deepEqual(summarize(own), summarize(verdicts));
  assert.deepEqual(
    own.map(({ findings }) => findings.length),
    own.map(({ type }) => detectMethods.filter(({ types }) => types.includes(type)).length),
  );
  assert.equal(
    isInChild(judgeEvidence(evidence, ['user'])),
    own.find(({ type }) => type === 'user')?.verdict === 'child',
  );
  assert.ok(!isKnown(readDetectEvidence({ about: 'process', pid: 4_194_303 })));
});
