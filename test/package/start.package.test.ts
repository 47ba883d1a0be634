// npm start in a copy of this tree, with the real compilers: what it builds, and when.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { missing } from '../tiers.ts';

const skip = missing({ commands: ['npm', 'make', 'cc'] });
const built = ['.git', 'build', 'dist', 'man', 'node_modules', 'prebuilds'];
const root = mkdtempSync(join(tmpdir(), 'nscope-start-'));

before(() => {
  cpSync('.', root, { recursive: true, filter: (path) => !built.includes(path) });
  symlinkSync(join(process.cwd(), 'node_modules'), join(root, 'node_modules'));
});
after(() => rmSync(root, { recursive: true }));

function start() {
  const words = ['start', '--silent', '--', 'ls', '--json', '--filter', 'processes > 0'];
  const { status, stdout, stderr } = spawnSync('npm', words, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 });
  assert.equal(status, 0, stderr);
  const { namespaces } = JSON.parse(stdout) as { namespaces: readonly unknown[] };
  assert.ok(namespaces.length >= 7, 'what nscope prints is all that stands on standard output');
  return [...stderr.matchAll(/^(\w[^…\n]*) … \d+\.\d s$/gm)].map(([, stage]) => stage);
}

const javascript = ['compiling', 'writing the manual page', 'bundling'];

test('npm start builds what a fresh tree lacks, then nothing, then what changed.', { skip }, () => {
  assert.deepEqual(start(), ['building the addon', ...javascript]);
  assert.deepEqual(start(), []);
  appendFileSync(join(root, 'src/index.ts'), '// One line more.\n');
  assert.deepEqual(start(), javascript);
  appendFileSync(join(root, 'native/addon.c'), '// One line more.\n');
  assert.deepEqual(start(), ['building the addon']);
  rmSync(join(root, 'dist'), { recursive: true });
  assert.deepEqual(start(), javascript);
  assert.ok(existsSync(join(root, 'dist/nscope.cjs')));
});
