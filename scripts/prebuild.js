// npm pack: builds the addon for every platform that the package serves, into prebuilds/, with Debian's compilers.
//   node scripts/prebuild.js [--out DIRECTORY] [x64-glibc|x64-musl|arm64-glibc|arm64-musl]…     these alone, for executables
// NSCOPE_PREBUILD=native builds the one for this machine alone, for a tarball that is not to be published.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ownPlatform } from './own-platform.js';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

/** The oldest glibc on which Node 20 runs. */
const oldestGlibc = '2.28';
const targets = [
  { arch: 'x64', debian: 'amd64', triple: 'x86_64-linux-gnu', libc: 'glibc' },
  { arch: 'x64', debian: 'amd64', triple: 'x86_64-linux-musl', libc: 'musl' },
  { arch: 'arm64', debian: 'arm64', triple: 'aarch64-linux-gnu', libc: 'glibc' },
  // libgcc's atomics choose by a function that glibc alone has.
  { arch: 'arm64', debian: 'arm64', triple: 'aarch64-linux-musl', libc: 'musl', flags: '-mno-outline-atomics' },
];

const isHere = ({ arch, libc }) => `${arch}-${libc}` === ownPlatform;
const wanted = process.env['NSCOPE_PREBUILD'];
if (wanted !== undefined && wanted !== 'native') fail(`NSCOPE_PREBUILD is '${wanted}'; it can only be 'native'`);
if (wanted) process.stderr.write('prebuild: NSCOPE_PREBUILD=native: the tarball will serve this machine alone\n');
const { values, positionals } = parseArgs({ allowPositionals: true, options: { out: { type: 'string' } } });
const isChosen = ({ arch, libc }) => positionals.length === 0 || positionals.includes(`${arch}-${libc}`);
const chosen = targets.filter(wanted ? isHere : isChosen);
const out = resolve(values.out ?? 'prebuilds');

const lacking = chosen.filter(({ triple }) => spawnSync(`${triple}-gcc`, ['--version']).status !== 0);
if (lacking.length > 0) {
  const packages = [...new Set(lacking.flatMap(packagesOf))];
  fail(
    `no compiler for ${lacking.map(({ arch, libc }) => `${arch} with ${libc}`).join(', ')}: install the Debian packages ` +
      `${packages.join(' ')} (those of another architecture after dpkg --add-architecture), or build for this machine ` +
      'alone with NSCOPE_PREBUILD=native',
  );
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out);
for (const target of chosen) {
  const file = join(out, `linux-${target.arch}-${target.libc}.node`);
  const flags = target.libc === 'musl' ? `-O2 -idirafter ${linkKernelHeaders(target)} ${target.flags ?? ''}` : '-O2';
  run('make', ['-s', '-C', 'native', `CC=${target.triple}-gcc`, `OUT=${file}`, `CFLAGS=${flags}`, 'LDFLAGS=-s']);
  checkSymbols(target, file);
}

/** What the compiler and its headers come in. */
function packagesOf({ arch, debian, triple, libc }) {
  const compiler = arch === process.arch ? 'gcc' : `gcc-${triple.replace(/-musl$/, '-gnu').replace('_', '-')}`;
  const cross = arch === process.arch ? '' : `-${debian}-cross`;
  return libc === 'musl'
    ? [compiler, arch === process.arch ? 'musl-dev' : `musl-dev:${debian}`, `linux-libc-dev${cross}`]
    : [compiler, `libc6-dev${cross}`];
}

/** A directory with the kernel's headers and no others: musl's compiler looks nowhere else. */
function linkKernelHeaders({ triple }) {
  const gnu = triple.replace(/-musl$/, '-gnu');
  const cross = join('/usr', gnu, 'include');
  const native = {
    linux: '/usr/include/linux',
    'asm-generic': '/usr/include/asm-generic',
    asm: `/usr/include/${gnu}/asm`,
  };
  const directory = resolve('build', 'kernel-headers', triple);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  for (const [name, path] of Object.entries(native)) {
    const source = existsSync(native.asm) ? path : join(cross, name);
    if (!existsSync(source)) fail(`no kernel headers for ${triple}: there is no ${source} (linux-libc-dev)`);
    symlinkSync(source, join(directory, name));
  }
  return directory;
}

/** Fails when the addon asks for what the C library of some served platform lacks. */
function checkSymbols({ triple, libc }, file) {
  const undefinedSymbols = readSymbols(file, '--dyn-syms').filter(
    ({ section, name }) => section === 'UND' && name !== '',
  );
  const foreign = undefinedSymbols.filter(({ name }) => !name.startsWith('napi_'));
  if (libc === 'glibc') {
    const versionOf = ({ name }) => /@GLIBC_([\d.]+)/.exec(name)?.[1] ?? '0';
    const young = foreign.filter((symbol) => compareVersions(versionOf(symbol), oldestGlibc) > 0);
    if (young.length > 0)
      fail(`${file} would not load on glibc ${oldestGlibc}: ${young.map(({ name }) => name).join(', ')}`);
    const highest = foreign.map(versionOf).sort(compareVersions).at(-1);
    process.stdout.write(`${file}: needs glibc ${highest}\n`);
    return;
  }
  const library = join('/lib', triple, 'libc.so');
  const provided = new Set(
    readSymbols(library, '--dyn-syms')
      .filter(({ section }) => section !== 'UND')
      .map(({ name }) => name),
  );
  // What is asked for weakly may be missing.
  const alien = foreign.filter(({ name, bind }) => !provided.has(name) && bind !== 'WEAK');
  if (alien.length > 0) fail(`${file} would not load with musl: ${alien.map(({ name }) => name).join(', ')}`);
  process.stdout.write(`${file}: needs musl\n`);
}

function readSymbols(file, which) {
  const lines = run('readelf', ['--wide', which, file]).split('\n');
  return lines.flatMap((line) => {
    const fields = /^\s*\d+: [0-9a-f]+\s+\S+\s+\S+\s+(\S+)\s+\S+\s+(\S+)\s+(\S*)/.exec(line);
    return fields ? [{ bind: fields[1], section: fields[2], name: fields[3] }] : [];
  });
}

function compareVersions(left, right) {
  return left.localeCompare(right, 'en', { numeric: true });
}

function run(command, words) {
  const { status, error, stdout } = spawnSync(command, words, {
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (error) fail(`${command} cannot be run: ${error.message}`);
  if (status !== 0) fail(`${command} ${words.join(' ')} failed`);
  return stdout;
}

function fail(sentence) {
  process.stderr.write(`prebuild: ${sentence}\n`);
  process.exit(1);
}
