// What npm start and npm run build say, and what they do where something is missing or fails.
import assert from 'node:assert/strict';
import { existsSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { bundles, javascript, makes, Tree, writes } from './stand-in-tree.ts';

test('npm start says what it builds and how long that took, and the second time builds and says nothing.', (t) => {
  const tree = new Tree(t);
  const first = tree.build('--start');
  assert.deepEqual([first.status, first.ran], [0, `make ${javascript}`], first.stderr);
  const lines = ['building the addon', 'compiling', 'writing the manual page', 'bundling'];
  assert.match(first.stderr, new RegExp(`^${lines.map((line) => `${line} … \\d+\\.\\d s\n`).join('')}$`));
  assert.deepEqual(tree.build('--start'), { status: 0, stderr: '', ran: '' });
});

test('A build that was cut short or failed is not taken for whole, and its status is handed on.', (t) => {
  const tree = new Tree(t);
  tree.build('--start');
  tree.write('src/a.ts', 'other');
  tree.writeScript('bundle', `${writes('dist/nscope.cjs')} console.log('no room'); process.exit(7);`);
  const failed = tree.build('--start');
  assert.equal(failed.status, 7);
  assert.match(failed.stderr, /^bundling … failed\nno room\n$/m);
  tree.writeScript('bundle', `process.kill(process.pid, 'SIGKILL');`);
  const killed = tree.build('--start');
  assert.equal(killed.status, 1);
  assert.match(killed.stderr, /^bundling … SIGKILL\n$/m);
  tree.writeScript('bundle', bundles);
  assert.equal(tree.build('--start').ran, javascript);
  tree.write('native/a.c', 'other');
  tree.writeProgram('make', `${makes}; exit 9`);
  assert.deepEqual([tree.build('--start').status, tree.build('--start').status], [9, 9]);
});

test('Without make or a compiler npm start leaves the addon out and says so, and npm run build fails.', (t) => {
  const tree = new Tree(t);
  tree.build('--start');
  rmSync(join(tree.root, 'programs/cc'));
  assert.deepEqual(tree.build('--start'), { status: 0, stderr: '', ran: '' }, 'an addon that is current needs neither');
  tree.write('native/a.c', 'other');
  const compilerMissing = tree.build('--start');
  assert.deepEqual([compilerMissing.status, compilerMissing.ran], [0, '']);
  assert.match(compilerMissing.stderr, /^nscope: built without its addon, which sees more: cc not found \(Debian: /);
  assert.ok(!existsSync(join(tree.root, 'build/native/nscope.node')), 'that of other sources is gone');
  rmSync(join(tree.root, 'programs/make'));
  assert.match(tree.build('--start').stderr, /^nscope: [^\n]+: make and cc not found \(Debian: [^\n]+\n$/);
  const strict = tree.build();
  assert.equal(strict.status, 1);
  assert.match(strict.stderr, /^building the addon … ENOENT\n/);
});

test('What is not installed is named before anything is built.', (t) => {
  const tree = new Tree(t);
  rmSync(join(tree.root, 'node_modules'), { recursive: true });
  const expected = { status: 1, stderr: 'nscope: what the build needs is not installed: npm ci\n', ran: '' };
  assert.deepEqual(tree.build('--start'), expected);
  symlinkSync('nowhere', join(tree.root, 'node_modules'));
  assert.deepEqual(tree.build('--start'), expected);
});
