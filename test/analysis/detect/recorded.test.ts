// The methods and verdicts on evidence that other kernels gave, against the truth of each.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { judgeEvidence } from '../../../src/analysis/detect/judge.ts';
import { methods } from '../../../src/analysis/detect/methods.ts';
import { namespaceTypes } from '../../../src/model/snapshot/namespace-types.ts';
import { formatRecordedTables, readRecorded } from './recorded.ts';
import { isRight, scoreMethods } from './rightness.ts';

const recorded = readRecorded();
const kernels = ['5.10', '6.1', '6.12', '6.19', '7'];

test('There is evidence of every kernel of the suite besides the one that runs, in every setting.', () => {
  assert.deepEqual([...recorded.keys()], kernels);
  for (const [kernel, observations] of recorded) {
    assert.ok(observations.length >= 34, `${kernel}: ${observations.length}`);
    assert.equal(new Set(observations.map(({ setting }) => setting)).size, observations.length);
    for (const { truth } of observations) assert.deepEqual(Object.keys(truth), namespaceTypes);
  }
});

for (const kernel of kernels) {
  test(`No verdict is wrong on Linux ${kernel}, not even one that is only likely.`, () => {
    let told = 0;
    for (const { setting, truth, evidence } of recorded.get(kernel) ?? assert.fail())
      for (const { type, verdict, contradiction, by } of judgeEvidence(evidence)) {
        assert.equal(contradiction, false, `${setting}: ${type} by ${by.join(' ')}`);
        if (verdict === 'cannot tell') continue;
        told++;
        assert.ok(isRight(verdict, truth[type]), `${setting}: ${type} is not ${verdict}, as ${by.join(' ')} say`);
      }
    assert.ok(told > 200, `${told} verdicts`);
  });

  test(`No proof and no strong sign is wrong on Linux ${kernel}.`, () => {
    let spoken = 0;
    for (const { setting, truth, evidence } of recorded.get(kernel) ?? assert.fail())
      for (const { type, findings } of judgeEvidence(evidence))
        for (const { method, concludes, weight } of findings) {
          if (weight !== 'proof' && weight !== 'strong') continue;
          spoken++;
          assert.ok(isRight(concludes, truth[type]), `${setting}: ${method} says ${type} is ${concludes}`);
        }
    assert.ok(spoken > 400, `${spoken} findings`);
  });
}

test('nscope tells of itself for every type wherever it has its own /proc, from 6.17 on for certain.', () => {
  let [told, certain] = [0, 0];
  for (const [kernel, observations] of recorded)
    for (const { setting, evidence } of observations) {
      // Before 6.17 nothing but /proc/sys tells of the network from inside a pid namespace.
      const hidden = ['container, network of the host, settings covered', 'container, processes alone in /proc'];
      const covered = hidden.includes(setting) && !['6.19', '7'].includes(kernel);
      if (!evidence.subject.self || evidence.proc.state !== 'mounted' || covered) continue;
      for (const { type, verdict, certainty } of judgeEvidence(evidence)) {
        assert.notEqual(verdict, 'cannot tell', `${kernel}, ${setting}: ${type}`);
        told++;
        if (!['6.19', '7'].includes(kernel) || setting.startsWith('release said')) continue;
        assert.equal(certainty, 'certain', `${kernel}, ${setting}: ${type}`);
        certain++;
      }
    }
  assert.ok(told > 500 && certain > 200, `${told} told, ${certain} certain`);
});

test('What counts as refuted was wrong somewhere, and every other method that spoke was right more often than not.', () => {
  const all = [...recorded.values()].flat();
  const scores = scoreMethods(all);
  for (const name of ['net-stat-plus-one', 'device-number', 'first-hole'])
    assert.ok((scores.get(name)?.wrong ?? 0) > 0, name);
  let spoke = 0;
  for (const { name } of methods) {
    const { right, wrong } = scores.get(name) ?? assert.fail();
    if (['net-stat-plus-one', 'device-number', 'first-hole', 'init-command'].includes(name)) continue;
    assert.ok(right >= wrong, name);
    if (right > 0) spoke++;
  }
  assert.ok(spoke >= 10, `${spoke} methods spoke`);
});

test('docs/detect.md has the tables that the evidence gives, and a row for each method.', () => {
  const document = readFileSync('docs/detect.md', 'utf8');
  const tables = [...formatRecordedTables()];
  assert.ok(tables.length > 0 && tables.every(([, lines]) => lines.length > 2));
  for (const [heading, lines] of tables)
    assert.ok(document.includes(lines.join('\n')), `${heading}: print them with test/analysis/detect/print-tables.ts`);
  for (const { name, kernels: where, idea } of methods)
    assert.ok(document.includes(`| ${name} | ${idea} | ${where} |`), name);
});
