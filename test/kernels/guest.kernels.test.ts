import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { missing } from '../tiers.ts';
import { formatCoverage } from './coverage-table.ts';
import {
  fetchKernel,
  formatResults,
  type GuestResult,
  guestNeeds,
  kernelVersions,
  listGuestTests,
  runTestsOnKernel,
} from './guest.ts';
import { guestsAtOnce } from './slots.ts';

const skip = missing(guestNeeds);
const results: GuestResult[] = [];

describe('Other kernels.', { skip, concurrency: guestsAtOnce }, () => {
  before(() => kernelVersions.forEach(fetchKernel));
  // The newest first, which takes longest.
  for (const version of kernelVersions.toReversed()) {
    test(`The tests of every kernel hold on Linux ${version}.`, async () => {
      const result = await runTestsOnKernel(version, listGuestTests(version));
      results.push(result);
      assert.ok(result.release.startsWith(version), result.output);
      assert.equal(result.failed, 0, result.output);
      assert.ok(result.passed > 0);
    });
  }
});

after(() => {
  if (results.length === 0) return;
  const order: readonly string[] = kernelVersions;
  results.sort((one, other) => order.indexOf(one.version) - order.indexOf(other.version));
  const coverage = formatCoverage(new Map(results.map(({ version, output }) => [version, output])));
  process.stdout.write(`${formatResults(results)}\n\nTypes found of those made, root of the host\n${coverage}\n`);
});
