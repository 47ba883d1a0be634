// The example of the README, as a stranger uses it: compiled against the published declarations, and run.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

const tsc = join(process.cwd(), 'node_modules', 'typescript', 'bin', 'tsc');
let project = '';

before(() => {
  assert.ok(existsSync('dist/types/index.d.ts'), 'npm run build has written dist');
  project = mkdtempSync(join(tmpdir(), 'nscope-example-'));
  mkdirSync(join(project, 'node_modules', '@types'), { recursive: true });
  symlinkSync(process.cwd(), join(project, 'node_modules', 'nscope'));
  symlinkSync(join(process.cwd(), 'node_modules', '@types', 'node'), join(project, 'node_modules', '@types', 'node'));
  const blocks = [...readFileSync('README.md', 'utf8').matchAll(/^```ts\n(.*?)^```$/gms)].map(([, text = '']) => text);
  assert.equal(blocks.length, 1, 'the README has one example in TypeScript');
  writeFileSync(join(project, 'package.json'), '{"type": "module"}');
  writeFileSync(join(project, 'example.ts'), blocks[0] ?? '');
});
after(() => rmSync(project, { recursive: true, force: true }));

test('The example of the README compiles strictly, and prints the network namespace that it runs in.', () => {
  const options = ['--strict', '--noUncheckedIndexedAccess', '--module', 'nodenext', '--target', 'es2023'];
  const compiled = spawnSync(process.execPath, [tsc, ...options, '--types', 'node', 'example.ts'], {
    cwd: project,
    encoding: 'utf8',
  });
  assert.equal(compiled.status, 0, compiled.stdout + compiled.stderr);
  const run = spawnSync(process.execPath, ['example.js'], { cwd: project, encoding: 'utf8' });
  assert.equal(run.status, 0, run.stderr);
  assert.match(run.stdout, /^net:\[\d+\]: .+, owned by (?:user:\[\d+\]|an unknown user namespace)$/m);
  assert.match(run.stdout, /^(?:complete|partial) \[/m);
});
