// Runs the tests that hold on every kernel on other kernels, and prints a table:
//   node build/js/test/kernels/run.js [VERSION…] [FILE…]
// VERSION: 5.10, 6.12, 7 …, all of guest.ts by default; FILE: compiled tests, those of guest.ts by default.
// As a tier, with skips and promises: npm test -- kernels. Needs what kernel-vm says; half a minute for each kernel.
import { formatCoverage } from './coverage-table.ts';
import { fetchKernel, formatResults, inTurns, kernelVersions, listGuestTests, runTestsOnKernel } from './guest.ts';
import { guestsAtOnce } from './slots.ts';

const words = process.argv.slice(2);
const versions = words.filter((word) => /^[\d.]+$/.test(word));
const files = words.filter((word) => word.endsWith('.js'));

const wanted = versions.length > 0 ? versions : kernelVersions;
for (const version of wanted) fetchKernel(version);
const results = await inTurns(wanted, guestsAtOnce, async (version) => {
  const result = await runTestsOnKernel(version, files.length > 0 ? files : listGuestTests(version));
  process.stdout.write(`== Linux ${result.release || version}\n${result.output}\n`);
  return result;
});
process.stdout.write(`${formatResults(results)}\n`);
const coverage = formatCoverage(new Map(results.map(({ version, output }) => [version, output])));
process.stdout.write(`\nTypes found of those made, root of the host\n${coverage}\n`);
process.exitCode = results.every(({ passed, failed }) => passed > 0 && failed === 0) ? 0 : 1;
