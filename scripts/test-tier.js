// Runs the test files of one tier and writes what became of each test. Started by scripts/test.js, which may have
// given up root for it: node test-tier.js TALLY PARALLEL TIMEOUT_MS FILE…
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

const [tallyFile, parallel, timeoutMs, ...files] = process.argv.slice(2);
/** `failures`: of each failed test its title and file; a file that ended without saying more has its own name as title. */
const tally = { passed: 0, failed: 0, skipped: [], failures: [] };

const events = run({
  files,
  concurrency: parallel === 'true' ? availableParallelism() : 1,
  timeout: Number(timeoutMs),
});
events.on('test:pass', (data) => {
  if (data.details.type === 'suite') return;
  // A file that holds no test is reported as one that passed, under the file's own name.
  if (files.includes(data.name)) events.emit('test:empty', data.name);
  else if (data.skip !== undefined) tally.skipped.push({ name: data.name, file: data.file, reason: data.skip });
  else tally.passed++;
});
events.on('test:empty', (file) => {
  tally.failed++;
  tally.failures.push({ name: 'holds no test', file });
  process.stderr.write(`${file} holds no test\n`);
});
events.on('test:fail', (data) => {
  tally.failed++;
  tally.failures.push({ name: data.name, file: data.file });
});
events.on('end', () => {
  writeFileSync(tallyFile, JSON.stringify(tally));
  process.exitCode = tally.failed > 0 ? 1 : 0;
});
events.compose(spec).pipe(process.stdout);
