// The experiments as root: what they give on this kernel, and that a kernel that answered otherwise would be told.
import assert from 'node:assert/strict';
import { release } from 'node:os';
import { test } from 'node:test';
import { conduct } from '../../src/lab/conduct.ts';
import { experiments } from '../../src/lab/experiments.ts';
import type { Verdict } from '../../src/model/experiment-report.ts';
import { missing } from '../tiers.ts';
import { sabotages } from './sabotage.ts';
import { makeStageOptions } from './stage-options.ts';

const skip = missing({ root: true, commands: ['unshare', 'nsenter', 'mount', 'hostname', 'ip', 'md5sum', 'chroot'] });

/** What the documents say of kernels before this one; see docs/lab.md. */
const outdated: Readonly<Record<string, Verdict>> = {
  'net-directory': release().startsWith('5.') ? 'as described' : 'differs on this kernel',
  'device-number': 'differs on this kernel',
  'ns-cgroup': 'differs on this kernel',
};

for (const experiment of experiments) {
  const expected = outdated[experiment.name] ?? 'as described';
  test(`As root ${experiment.name} is ${expected}.`, { skip }, async () => {
    const report = await conduct(experiment, makeStageOptions()).report;
    assert.equal(report.verdict, expected, JSON.stringify(report, undefined, 2));
    assert.ok(report.commands.length > 0);
    assert.ok(report.commands.some(({ output }) => output !== ''));
  });
}

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
