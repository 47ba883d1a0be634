// Which stages npm start and npm run build build: many builds, with stand-ins for the compilers.
import assert from 'node:assert/strict';
import { rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { javascript, standIn, Tree, writes } from './stand-in-tree.ts';

test('npm start builds the stage alone whose inputs or outputs have other contents.', (t) => {
  const tree = new Tree(t);
  tree.build('--start');
  const stages: [string, string][] = [
    ['src/new.ts', javascript],
    ['node_modules/.package-lock.json', javascript],
    ['dist/nscope.cjs', javascript],
    ['native/a.c', 'make'],
    ['bpf/layout.h', 'make'],
    ['build/native/nscope.node', 'make'],
  ];
  for (const [file, ran] of stages) {
    tree.write(file, 'other');
    // Older than every build: version control may put a file back with any time.
    utimesSync(join(tree.root, file), 1, 1);
    assert.equal(tree.build('--start').ran, ran, `${file} changed`);
  }
  for (const [file, ran] of [
    ['man/nscope.1', javascript],
    ['build/native/nscope.node', 'make'],
  ] as const) {
    rmSync(join(tree.root, file));
    assert.equal(tree.build('--start').ran, ran, `${file} removed`);
  }
  for (const file of ['src/new.ts', 'native/a.c', 'dist/nscope.cjs']) utimesSync(join(tree.root, file), 2, 2);
  tree.write('test/a.test.ts', 'other');
  assert.equal(tree.build('--start').ran, '', 'times have changed, and a test');
});

test('npm run build compiles always, as tests and the date are in it, and the addon where it is not current.', (t) => {
  const tree = new Tree(t);
  assert.equal(tree.build().ran, `make ${javascript}`);
  assert.equal(tree.build().ran, javascript);
  assert.equal(tree.build('--start').ran, '');
});

test('After a build that was not whole, or without its outputs, the compiler writes every file anew.', (t) => {
  const tree = new Tree(t);
  const sawState = `fs.appendFileSync('log', fs.existsSync('build/js/.tsbuildinfo') ? 'goes on ' : 'anew ');`;
  tree.write('node_modules/typescript/bin/tsc', standIn('tsc', `${sawState} ${writes('build/js/.tsbuildinfo')}`));
  assert.match(tree.build().ran, /tsc anew/);
  assert.match(tree.build().ran, /tsc goes on/);
  rmSync(join(tree.root, 'build/js/test/a.test.js'));
  assert.match(tree.build().ran, /tsc anew/);
  tree.write('build/js/test/a.test.js', 'one');
  tree.writeScript('man', 'process.exit(1);');
  assert.match(tree.build().ran, /tsc goes on/);
  assert.match(tree.build().ran, /tsc anew/);
});

test('Of two builds at once the second waits, and finds all current.', async (t) => {
  const tree = new Tree(t);
  const outcomes = await Promise.all([tree.buildAside('--start'), tree.buildAside('--start')]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    [0, 0],
    JSON.stringify(outcomes),
  );
  assert.equal(tree.takeLog(), `make ${javascript}`);
});

test('A BPF program that is older than its sources is built anew, and is said to be old where there is no clang.', (t) => {
  const tree = new Tree(t);
  tree.build('--start');
  tree.write('bpf/a.bpf.c', 'one');
  tree.write('scripts/skeletons.js', `process.stderr.write('skeletons: no clang\\n'); process.exit(2);`);
  const { status, stderr, ran } = tree.build('--start');
  assert.deepEqual([status, ran], [0, javascript], stderr);
  assert.match(stderr, /^building the BPF programs … failed\nskeletons: no clang\nnscope: the BPF programs are older/);
});
