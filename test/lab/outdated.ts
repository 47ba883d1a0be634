// What the documents say of kernels before this one.
import { release } from 'node:os';
import type { ExperimentVerdict } from '../../src/model/evidence/experiment-report.ts';

/** The verdicts that are not 'as described'; docs/lab.md says why. */
export const outdated: Readonly<Record<string, ExperimentVerdict>> = {
  'net-directory': release().startsWith('5.') ? 'as described' : 'differs on this kernel',
  'device-number': 'differs on this kernel',
  'ns-cgroup': 'differs on this kernel',
};
