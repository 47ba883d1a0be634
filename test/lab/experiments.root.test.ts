// The experiments as root: what they give on this kernel.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conduct } from '../../src/lab/conduct.ts';
import { experiments } from '../../src/lab/experiments.ts';
import { missing } from '../tiers.ts';
import { outdated } from './outdated.ts';
import { makeStageOptions } from './stage-options.ts';

const skip = missing({ root: true, commands: ['unshare', 'nsenter', 'mount', 'hostname', 'ip', 'md5sum', 'chroot'] });

for (const experiment of experiments) {
  const expected = outdated[experiment.name] ?? 'as described';
  test(`As root ${experiment.name} is ${expected}.`, { skip }, async () => {
    const report = await conduct(experiment, makeStageOptions()).report;
    assert.equal(report.verdict, expected, JSON.stringify(report, undefined, 2));
    assert.ok(report.commands.length > 0);
    assert.ok(report.commands.some(({ output, status }) => output !== '' || status !== 0));
  });
}
