// The prebuilt addons: each is built by Debian's compilers and loaded once by a program of its own platform.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { findCommand, missing } from '../tiers.ts';
import { findNode, nodePackage } from './find-node.ts';

const compilers = ['x86_64-linux-gnu-gcc', 'x86_64-linux-musl-gcc', 'aarch64-linux-gnu-gcc', 'aarch64-linux-musl-gcc'];
const skip = missing({ commands: [...compilers, 'make', 'readelf'] });

/** What runs a program of the other architecture; nothing is needed for one's own. */
const emulators: Readonly<Record<string, readonly string[]>> = {
  x64: process.arch === 'x64' ? [] : ['qemu-x86_64'],
  arm64: process.arch === 'arm64' ? [] : ['qemu-aarch64'],
};
const triples: Readonly<Record<string, string>> = { x64: 'x86_64-linux-musl', arm64: 'aarch64-linux-musl' };

/** What a Node is asked to do with an addon: the names that it exports, and one answer that only native code gives. */
const trial = `
  const addon = require(process.argv[1]);
  console.log(JSON.stringify({ arch: process.arch, errno: addon.errnoName(13), exports: Object.keys(addon).sort() }));`;

let directory = '';
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'nscope-prebuilds-'));
  if (skip === false)
    execFileSync(process.execPath, ['scripts/prebuild.js'], { stdio: ['ignore', 'ignore', 'inherit'] });
});
after(() => rmSync(directory, { recursive: true, force: true }));

function addonFile(arch: string, libc: string): string {
  return resolve('prebuilds', `linux-${arch}-${libc}.node`);
}

/** The exports of the addon that this checkout built for itself: the prebuilt ones must have the same. */
function expectedExports(): string[] {
  const out = execFileSync(process.execPath, ['-e', trial, resolve('build/native/nscope.node')], { encoding: 'utf8' });
  const { exports } = JSON.parse(out) as { exports: string[] };
  assert.ok(exports.length > 0);
  return exports;
}

function runTrial(node: readonly string[], arch: string): void {
  const [command = '', ...words] = [...node, '-e', trial, addonFile(arch, 'glibc')];
  const out = execFileSync(command, words, { encoding: 'utf8', timeout: 120_000 });
  assert.deepEqual(JSON.parse(out), { arch, errno: 'EACCES', exports: expectedExports() });
}

test('The addon for this architecture and glibc loads in Node.', { skip }, () => {
  runTrial([process.execPath], process.arch);
});

const nodeVersion = '20.19.6';

const emulator = missing({ commands: emulators['arm64'] ?? [] });
const libraries = '/lib/ld-linux-aarch64.so.1';
const foreign = existsSync(libraries) ? false : `needs ${libraries} (libc6:arm64, libstdc++6:arm64)`;

test('The addon for arm64 and glibc loads in an arm64 Node.', { skip: skip || emulator || foreign }, (context) => {
  const node = process.arch === 'arm64' ? process.execPath : findNode('arm64', nodeVersion);
  if (node === undefined) return context.skip(`needs the npm package ${nodePackage('arm64', nodeVersion)}`);
  runTrial([...(emulators['arm64'] ?? []), node], 'arm64');
});

for (const arch of ['x64', 'arm64']) {
  const words = emulators[arch] ?? [];
  test(`The addon for ${arch} and musl loads and answers under musl.`, {
    skip: skip || missing({ commands: words }),
  }, () => {
    const addon = addonFile(arch, 'musl');
    const source = readFileSync('test/package/load-addon.c', 'utf8');
    const symbols = execFileSync('readelf', ['--wide', '--dyn-syms', addon], { encoding: 'utf8' });
    const wanted = [...symbols.matchAll(/\bUND (napi_\w+)/g)].flatMap(([, name]) => name ?? []);
    assert.ok(wanted.length > 0);
    const stubs = wanted.filter((name) => !source.includes(`napi_status ${name}(`));
    const stubFile = join(directory, 'stubs.c');
    writeFileSync(
      stubFile,
      `#include <stdlib.h>\n${stubs.map((name) => `void ${name}(void) { abort(); }\n`).join('')}`,
    );
    const program = join(directory, `load-addon-${arch}`);
    const flags = ['-O1', '-Wall', '-Wextra', '-Werror', '-rdynamic', '-Inode_modules/node-api-headers/include'];
    execFileSync(`${triples[arch]}-gcc`, [...flags, '-o', program, 'test/package/load-addon.c', stubFile]);
    const [command = program, ...rest] = [...words, program, addon];
    const lines = execFileSync(findCommand(command) ?? command, rest, { encoding: 'utf8' })
      .trim()
      .split('\n');
    assert.equal(lines[0], 'api 9');
    assert.equal(lines.at(-1), 'errnoName(13) EACCES');
    assert.deepEqual(
      lines.slice(1, -1).sort(),
      expectedExports().map((name) => `export ${name}`),
    );
  });
}

test('A missing compiler is named with its Debian package, in one sentence.', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/prebuild.js'], {
    env: { PATH: directory },
    encoding: 'utf8',
  });
  assert.equal(status, 1);
  assert.match(stderr, /^prebuild: no compiler for .*arm64 with musl: install the Debian packages .*musl-dev\b.*\n$/);
  assert.equal(stderr.trim().split('\n').length, 1);
});
