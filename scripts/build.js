// Builds the package: the skeletons of the BPF programs, the addon, then the JavaScript with the manual page. Says on
// standard error what it does and how long that took, and nothing where all is current.
//   node scripts/build.js          npm run build: the JavaScript always, the rest where it is not current
//   node scripts/build.js --start  npm start: only what is not current; the addon is left out without make or a compiler
//
// A stage is current when its inputs and its outputs have the contents that they had after its last whole build, which
// build/stamps keeps: times of files decide nothing, and a build that was cut short leaves no stamp. The version of Node
// is not an input: the addon is made for Node-API, and the bundles for the oldest Node that the package permits.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { listStale } from './skeleton-sources.js';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const forStart = process.argv.includes('--start');
const packages = ['package.json', 'package-lock.json', 'node_modules/.package-lock.json'];
const addonFile = 'build/native/nscope.node';

/** In this order. `environment`: what else its outputs depend on. */
const stages = {
  addon: {
    inputs: ['native', 'bpf/layout.h', 'node_modules/node-api-headers/package.json'],
    environment: [process.arch, ...['CC', 'CFLAGS', 'LDFLAGS'].map((name) => process.env[name])],
    outputs: [addonFile],
    build: buildAddon,
  },
  javascript: {
    inputs: ['src', 'scripts', 'tsconfig.json', ...packages],
    environment: [],
    outputs: ['dist', 'man/nscope.1'],
    build: buildJavaScript,
  },
};

if (!existsSync('node_modules/typescript')) end(1, 'nscope: what the build needs is not installed: npm ci');
if (!forStart || !isAllCurrent()) {
  await takeTurn();
  buildSkeletons();
  for (const [name, stage] of Object.entries(stages)) {
    if (isCurrent(name) && (forStart || name === 'addon')) continue;
    const stamp = `build/stamps/${name}.json`;
    mkdirSync('build/stamps', { recursive: true });
    // Before the build, so that what is edited meanwhile is seen the next time.
    const inputs = digest(stage.inputs, stage.environment);
    const wasWhole = existsSync(stamp);
    rmSync(stamp, { force: true });
    if (!stage.build(wasWhole)) continue;
    writeFileSync(`${stamp}.tmp`, JSON.stringify({ inputs, outputs: digest(stage.outputs) }));
    renameSync(`${stamp}.tmp`, stamp);
  }
}
process.exit(0);

function isAllCurrent() {
  return listStale('bpf').length === 0 && Object.keys(stages).every(isCurrent);
}

function isCurrent(name) {
  const { inputs, environment, outputs } = stages[name];
  try {
    const stamp = JSON.parse(readFileSync(`build/stamps/${name}.json`, 'utf8'));
    return stamp.inputs === digest(inputs, environment) && stamp.outputs === digest(outputs);
  } catch {
    return false;
  }
}

/** A hash over names and contents of files, and of all files below directories. A missing one counts as such. */
function digest(paths, words = []) {
  const hash = createHash('sha256').update(JSON.stringify(words.map((word) => word ?? null)));
  for (const path of paths)
    for (const file of listFiles(path)) {
      const bytes = existsSync(file) && readFileSync(file);
      hash.update(`\n${file}\n${bytes ? bytes.length : 'missing'}\n`).update(bytes || '');
    }
  return hash.digest('hex');
}

function listFiles(path) {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path];
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/**
 * Waits until no other build of this tree runs, and keeps others waiting until this process ends. The lock is an address
 * of the kernel's, which goes with its process: none is ever left over.
 */
async function takeTurn() {
  const { dev, ino } = statSync('.');
  const address = `\0nscope-build-${dev}-${ino}`;
  for (let waited = false; ; waited = true) {
    const error = await new Promise((resolve) => createServer().once('error', resolve).listen(address, resolve));
    if (!error) return;
    if (error.code !== 'EADDRINUSE') throw error;
    if (!waited) process.stderr.write('waiting for another build of this tree\n');
    await new Promise((resolve) => connect(address).on('error', resolve).on('close', resolve));
    await sleep(20);
  }
}

/** The committed ones are current unless somebody works on the programs, who alone needs clang. */
function buildSkeletons() {
  if (listStale('bpf').length === 0) return;
  const status = run('building the BPF programs', process.execPath, ['scripts/skeletons.js'], [0, 2]);
  if (status === 2) process.stderr.write('nscope: the BPF programs are older than their sources\n');
}

function buildAddon() {
  const compiler = process.env.CC?.trim().split(/\s+/)[0] || 'cc';
  const missing = ['make', compiler].filter((program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).error);
  if (forStart && missing.length > 0) {
    // One of other sources is not what these sources were written for.
    rmSync(addonFile, { force: true });
    process.stderr.write(
      `nscope: built without its addon, which sees more: ${missing.join(' and ')} not found (Debian: apt-get install gcc libc6-dev make)\n`,
    );
    return false;
  }
  // -B, since make goes by the times of files.
  run('building the addon', 'make', ['-s', '-B', '-C', 'native']);
  return true;
}

function buildJavaScript(wasWhole) {
  // tsc writes what it takes for changed by this file, whatever became of its output since.
  const lacks = (file) => file.endsWith('.ts') && !existsSync(join('build/js', file.replace(/\.ts$/, '.js')));
  if (!wasWhole || ['src', 'test', 'bench'].flatMap(listFiles).some(lacks))
    rmSync('build/js/.tsbuildinfo', { force: true });
  run('compiling', process.execPath, ['node_modules/typescript/bin/tsc', '-p', '.']);
  run('writing the manual page', process.execPath, ['scripts/man.js']);
  run('bundling', process.execPath, ['scripts/bundle.js']);
  return true;
}

/** Runs a part of a stage, and ends with its status where that is not one of `fine`. */
function run(what, command, words, fine = [0]) {
  process.stderr.write(`${what} … `);
  const started = performance.now();
  const { status, signal, error, stdout, stderr } = spawnSync(command, words, { encoding: 'utf8', maxBuffer: 2 ** 26 });
  const outcome =
    status === 0 ? `${((performance.now() - started) / 1000).toFixed(1)} s` : (signal ?? error?.code ?? 'failed');
  process.stderr.write(`${outcome}\n${stdout ?? ''}${stderr ?? ''}`);
  if (!fine.includes(status)) process.exit(status ?? 1);
  return status;
}

function end(status, sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(status);
}
