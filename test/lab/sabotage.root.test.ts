// That a kernel which answered otherwise would be told: each experiment with its commands changed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conduct } from '../../src/lab/conduct.ts';
import { experiments } from '../../src/lab/experiments.ts';
import { missing } from '../tiers.ts';
import { outdated } from './outdated.ts';
import { sabotages } from './sabotage.ts';
import { makeStageOptions } from './stage-options.ts';

const skip = missing({ root: true, commands: ['unshare', 'nsenter', 'mount', 'hostname', 'ip', 'md5sum', 'chroot'] });

for (const [name, sabotage] of Object.entries(sabotages))
  test(`The verdict of ${name} is that something differs, where the kernel is asked for something else.`, {
    skip,
  }, async () => {
    const experiment = experiments.find((one) => one.name === name);
    assert.ok(experiment, `there is no experiment ${name}`);
    const report = await conduct(experiment, makeStageOptions(sabotage, 3_000)).report;
    assert.equal(report.verdict, 'differs on this kernel', JSON.stringify(report, undefined, 2));
    assert.ok(report.reason);
  });

test('Every experiment can differ: by sabotage, or because this kernel does.', () => {
  for (const { name } of experiments) assert.ok(name in sabotages || name in outdated, name);
});
