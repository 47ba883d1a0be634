// npm run executable: makes one file of nscope and a runtime, for each platform that is named.
//   node scripts/executable/make.js [x64-glibc|x64-musl|arm64-glibc|arm64-musl]…     all four without a word
// Writes build/executable/nscope-linux-ARCH[-musl]. What is inside stands as it does in the package.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { asCommonJs, bundleCommand } from '../bundle-command.js';
import { bundleOptions } from '../bundle-options.js';
import { ownPlatform } from '../own-platform.js';
import { bringRuntime, runtimes } from './runtimes.js';
import { writeBillOfMaterials } from './sbom.js';

process.chdir(fileURLToPath(new URL('../..', import.meta.url)));

const known = Object.keys(runtimes);
const words = process.argv.slice(2);
const unknown = words.find((word) => !known.includes(word));
if (unknown !== undefined) fail(`there is no platform '${unknown}': ${known.join(', ')} are known`, 2);
const platforms = words.length > 0 ? words : known;

const out = resolve('build', 'executable');
const root = join(out, 'root');
/** Where the compiler puts it; the JavaScript lies there, and the first look for a file of the package finds it. */
const rootInside = '/$bunfs/root';
rmSync(out, { recursive: true, force: true });
mkdirSync(join(root, 'dist'), { recursive: true });
// Of the manual page: the day of the commit, so that two builds of it are the same bytes.
process.env['SOURCE_DATE_EPOCH'] ??= spawnSync('git', ['log', '-1', '--format=%ct'], { encoding: 'utf8' }).stdout ?? '';
run(process.execPath, ['scripts/build.js']);
const metafiles = await bundleForRuntime();
for (const file of ['package.json', 'LICENSE', 'bpf/skeletons', 'man', 'dist/snapshot.schema.json'])
  cpSync(file, join(root, file), { recursive: true });
const licences = ['scripts/executable/RUNTIME-LICENCE.txt', 'dist/LICENSES.txt'];
const rule = `\n${'-'.repeat(80)}\n\n`;
writeFileSync(join(root, 'dist/LICENSES.txt'), licences.map((file) => readFileSync(file, 'utf8')).join(rule));
run(process.execPath, ['scripts/prebuild.js', '--out', join(out, 'prebuilds'), ...platforms]);
const compiler = bringRuntime(ownPlatform);
for (const platform of platforms) makeExecutable(platform);

/** The same files as dist/ has, which say themselves where they are, and the thread of snapshots with all it needs. */
async function bundleForRuntime() {
  const dirname = JSON.stringify(rootInside);
  // The runtime's own loses the bytes of a path that are not UTF-8, which nscope has as lone surrogates.
  const alias = { 'node:path': 'path-browserify' };
  const command = await bundleCommand({ ...bundleOptions, alias }, root, dirname);
  const thread = await build({
    ...bundleOptions,
    alias,
    entryPoints: ['src/live/snapshots/snapshot-thread.ts'],
    outfile: join(root, 'snapshot-thread.js'),
    ...asCommonJs(dirname),
  });
  return [...command, thread.metafile];
}

function makeExecutable(platform) {
  const [arch, libc] = platform.split('-');
  const name = `nscope-linux-${arch}${libc === 'musl' ? '-musl' : ''}`;
  mkdirSync(join(root, 'build/native'), { recursive: true });
  cpSync(join(out, 'prebuilds', `linux-${platform}.node`), join(root, 'build/native/nscope.node'));
  writeFileSync(join(root, 'nscope.cdx.json'), writeBillOfMaterials(platform, compiler, metafiles));
  run(
    compiler,
    [
      'build',
      '--compile',
      `--target=bun-linux-${arch}${libc === 'musl' ? '-musl' : ''}`,
      `--compile-executable-path=${bringRuntime(platform)}`,
      '--bytecode',
      '--minify-whitespace',
      '--minify-syntax',
      '--root=.',
      // A file of the directory in which nscope is started is none of its business.
      ...['dotenv', 'bunfig', 'tsconfig', 'package-json'].map((what) => `--no-compile-autoload-${what}`),
      ...listAssets().map((file) => `--asset=${file}`),
      'nscope.cjs',
      'snapshot-thread.js',
      '--outfile=nscope',
    ],
    root,
  );
  const file = join(out, name);
  renameSync(join(root, 'nscope'), file);
  process.stdout.write(`${relative('.', file)}: ${(statSync(file).size / 2 ** 20).toFixed(1)} MiB\n`);
}

/** All but the JavaScript, which the compiler takes in by itself. */
function listAssets() {
  return readdirSync(root).filter((name) => !['nscope.cjs', 'snapshot-thread.js', 'verbs'].includes(name));
}

function run(command, words, cwd = '.') {
  const { status, error, stdout, stderr } = spawnSync(command, words, { encoding: 'utf8', cwd });
  if (error) fail(`${command} cannot be run: ${error.message}`);
  if (status !== 0) fail(`${command} ${words.join(' ')} failed:\n${stdout}${stderr}`);
}

function fail(sentence, status = 1) {
  process.stderr.write(`executable: ${sentence}\n`);
  process.exit(status);
}
