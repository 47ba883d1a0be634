// npm test: builds the package, then runs the tests tier by tier. See test/tiers.ts for what a tier is.
//   node scripts/test.js [--no-build] [--executable FILE] [TIER…]
// With --executable the tests that start nscope start that file, which `npm run executable` makes, and not src/ with Node.
// A test of the tiers user and root looks at a host that others change meanwhile. Files of these tiers in which a test failed
// are run once more, alone: what then passes is reported as unsteady, with its title, and does not fail the run. That is
// done for no more than two files of a tier.
// NSCOPE_PROMISED_TIERS=pure,user says which tiers must have run whole: a skip in one of them is a failure.
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const nobody = 65534;
const root = fileURLToPath(new URL('..', import.meta.url));
const { values: options, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: { 'no-build': { type: 'boolean' }, executable: { type: 'string' } },
});
process.chdir(root);

if (!options['no-build']) {
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
  if (status !== 0) exit(2, 'the build failed, so no test was run');
}
const { tierOf, tiers } = await import('../build/js/test/tiers.js');

const promised = (process.env['NSCOPE_PROMISED_TIERS'] ?? '').split(',').filter(Boolean);
for (const name of [...wanted, ...promised]) {
  if (!tiers.some((tier) => tier.name === name))
    exit(2, `there is no tier '${name}': ${tiers.map((t) => t.name).join(', ')}`);
}

const files = readdirSync('test', { recursive: true }).filter((file) => file.endsWith('.test.ts'));
const rows = [];
const nothingRun = { passed: 0, failed: 0, skipped: [] };
const maxFilesAgain = 2;
for (const tier of tiers) {
  if (wanted.length > 0 && !wanted.includes(tier.name)) continue;
  const own = files.filter((file) => tierOf(file) === tier).sort();
  process.stdout.write(`\n== ${tier.name}: ${tier.meaning} (${own.length} files)\n`);
  const scripts = own.map((file) => join(root, 'build/js/test', file.replace(/\.ts$/, '.js')));
  const started = process.hrtime.bigint();
  const result = own.length > 0 ? runAgain(tier, runTier(tier, scripts)) : nothingRun;
  rows.push({ name: tier.name, ...result, seconds: Number((process.hrtime.bigint() - started) / 100_000_000n) / 10 });
}

let broken = false;
process.stdout.write('\n');
for (const { name, passed, failed, skipped, unsteady = [], seconds } of rows) {
  const isPromised = promised.includes(name);
  const unkept = isPromised && (skipped.length > 0 || passed === 0);
  broken ||= failed > 0 || unkept;
  process.stdout.write(
    `${name.padEnd(8)} ${passed} passed, ${failed} failed, ${skipped.length} skipped, ${seconds} s` +
      `${unkept ? ': this tier was promised and did not run whole' : ''}\n`,
  );
  for (const { name: title } of unsteady)
    process.stdout.write(`         unsteady: ${title} (failed, then passed alone)\n`);
  for (const { name: title, reason } of skipped) process.stdout.write(`         skipped: ${title} (${reason})\n`);
}
for (const name of promised.filter((tier) => !rows.some((row) => row.name === tier))) {
  broken = true;
  process.stdout.write(`${name.padEnd(8)} was promised and not asked for\n`);
}
process.exitCode = broken ? 1 : 0;

/** Runs the files of a tier in one process, as the user that the tier is for. */
function runTier(tier, scripts) {
  // A short name: podman takes no directory of more than 50 characters, and sockets none of more than 107.
  const directory = mkdtempSync(join(tmpdir(), 'n-'));
  // Root's tests let other users work below it.
  chmodSync(directory, 0o755);
  const tallyFile = join(directory, 'tally.json');
  const lower = tier.unprivileged && process.geteuid() === 0;
  if (lower) chownSync(directory, nobody, nobody);
  const prefix = lower ? ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', '--'] : [];
  const env = { ...process.env, TMPDIR: directory, ...(lower && { HOME: directory }) };
  // What somebody wants of colours in their terminal is no part of a test.
  for (const name of ['FORCE_COLOR', 'NO_COLOR']) delete env[name];
  if (options.executable) Object.assign(env, standIn(options.executable));
  try {
    const unreadable =
      lower &&
      spawnSync(prefix[0], [
        ...prefix.slice(1),
        process.execPath,
        '-e',
        `require('fs').readFileSync(${JSON.stringify(scripts[0])})`,
      ]);
    if (unreadable && (unreadable.error || unreadable.status !== 0)) {
      const reason = unreadable.error ? 'needs setpriv (util-linux)' : `needs ${root} to be readable by uid ${nobody}`;
      return { passed: 0, failed: 0, skipped: [{ name: 'the whole tier', reason }] };
    }
    const [command, ...rest] = [
      ...prefix,
      process.execPath,
      fileURLToPath(new URL('test-tier.js', import.meta.url)),
      tallyFile,
      String(tier.parallel),
      String(tier.timeoutMs),
      ...scripts,
    ];
    spawnSync(command, rest, { stdio: ['ignore', 'inherit', 'inherit'], env });
    return readTally(tallyFile);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** What makes tests start an executable in place of Node with the command's file. */
function standIn(file) {
  const executable = resolve(file);
  const program = join(root, 'build', 'as-node');
  const source = join(root, 'test', 'package', 'executable', 'as-node.c');
  const { status } = spawnSync('cc', ['-Wall', '-o', program, source], { stdio: 'inherit' });
  if (status !== 0) exit(2, `${source} could not be compiled`);
  const preload = `data:text/javascript,process.execPath=${JSON.stringify(program)}`;
  return {
    NSCOPE_TEST_EXECUTABLE: executable,
    NSCOPE_TEST_NODE: process.execPath,
    NODE_OPTIONS: `--import=${encodeURI(preload)}`,
  };
}

/** Runs the files once more in which a test failed, if they are few: what passes then was disturbed, or is not steady. */
function runAgain(tier, first) {
  const { failures = [] } = first;
  const again = [...new Set(failures.map(({ file }) => file))];
  if (!tier.again || failures.length !== first.failed || again.length === 0 || again.length > maxFilesAgain)
    return first;
  process.stdout.write(`\n== ${tier.name}, once more and alone: ${failures.map(({ name }) => name).join('; ')}\n`);
  const second = runTier({ ...tier, parallel: false }, again);
  if (second.failed > 0 || second.passed < failures.length) return first;
  return { ...first, passed: first.passed + failures.length, failed: 0, unsteady: failures };
}

/** What became of the tests; a run that ended without saying so has failed. */
function readTally(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { passed: 0, failed: 1, skipped: [] };
  }
}

function exit(status, sentence) {
  process.stderr.write(`npm test: ${sentence}\n`);
  process.exit(status);
}
