// What npm start and npm run build build: stand-ins for the compilers write down that they were started.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';

/** A stand-in, as CommonJS: says in `log` that it ran, and does the rest. */
const standIn = (name: string, rest: string) =>
  `const fs = require('node:fs'); fs.appendFileSync('log', '${name} '); ${rest}`;
const writes = (file: string) =>
  `fs.mkdirSync('${dirname(file)}', { recursive: true }); fs.writeFileSync('${file}', 'made');`;
/** The same of make, as a script of sh. */
const makes = `[ "$1" = --version ] && exit
printf 'make ' >>log; /bin/mkdir -p build/native; echo made >build/native/nscope.node`;
/** Fails where another one is at work, and takes its time. */
const bundles = `fs.mkdirSync('busy'); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  ${writes('dist/nscope.cjs')} fs.rmdirSync('busy');`;

class Tree {
  readonly root = mkdtempSync(join(tmpdir(), 'nscope-tree-'));

  constructor(t: TestContext) {
    t.after(() => rmSync(this.root, { recursive: true }));
    for (const file of ['build.js', 'skeleton-sources.js', 'bpf-skeleton.js', 'bpf-object.js'])
      cpSync(join('scripts', file), join(this.root, 'scripts', file), { recursive: true });
    this.write('scripts/package.json', '{"type": "module"}');
    this.write('node_modules/typescript/bin/tsc', standIn('tsc', writes('build/js/.tsbuildinfo')));
    this.writeScript('man', writes('man/nscope.1'));
    this.writeScript('bundle', bundles);
    this.writeProgram('make', makes);
    this.writeProgram('cc', '');
    for (const file of ['src/a.ts', 'native/a.c', 'bpf/layout.h', 'package-lock.json', 'test/a.test.ts'])
      this.write(file, 'one');
    for (const file of ['src/a.js', 'test/a.test.js']) this.write(`build/js/${file}`, 'one');
    mkdirSync(join(this.root, 'bench'));
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.root, file)), { recursive: true });
    writeFileSync(join(this.root, file), text);
  }

  writeScript(name: string, rest: string): void {
    const head = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);\n`;
    this.write(`scripts/${name}.js`, head + standIn(name, rest));
  }

  writeProgram(name: string, script: string): void {
    this.write(`programs/${name}`, `#!/bin/sh\n${script}\n`);
    chmodSync(join(this.root, 'programs', name), 0o755);
  }

  /** Removes what the stand-ins wrote down. */
  takeLog(): string {
    const log = join(this.root, 'log');
    const text = existsSync(log) ? readFileSync(log, 'utf8').trim() : '';
    rmSync(log, { force: true });
    return text;
  }

  #command(words: readonly string[]) {
    const { CC: _, CFLAGS: __, LDFLAGS: ___, ...env } = process.env;
    return [
      process.execPath,
      [join(this.root, 'scripts/build.js'), ...words],
      { env: { ...env, PATH: join(this.root, 'programs') } },
    ] as const;
  }

  build(...words: string[]) {
    const [node, all, options] = this.#command(words);
    const { status, stdout, stderr } = spawnSync(node, all, { ...options, encoding: 'utf8' });
    assert.equal(stdout, '', 'standard output is left to nscope');
    return { status, stderr, ran: this.takeLog() };
  }

  async buildAside(...words: string[]) {
    const [node, all, options] = this.#command(words);
    const child = spawn(node, all, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const [status] = (await once(child, 'close')) as [number | null];
    return { status, stderr };
  }
}

const javascript = 'tsc man bundle';

test('npm start says what it builds and how long that took, and the second time builds and says nothing.', (t) => {
  const tree = new Tree(t);
  const first = tree.build('--start');
  assert.deepEqual([first.status, first.ran], [0, `make ${javascript}`], first.stderr);
  const lines = ['building the addon', 'compiling', 'writing the manual page', 'bundling'];
  assert.match(first.stderr, new RegExp(`^${lines.map((line) => `${line} … \\d+\\.\\d s\n`).join('')}$`));
  assert.deepEqual(tree.build('--start'), { status: 0, stderr: '', ran: '' });
});

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

test('What is not installed is named before anything is built.', (t) => {
  const tree = new Tree(t);
  rmSync(join(tree.root, 'node_modules'), { recursive: true });
  const expected = { status: 1, stderr: 'nscope: what the build needs is not installed: npm ci\n', ran: '' };
  assert.deepEqual(tree.build('--start'), expected);
  symlinkSync('nowhere', join(tree.root, 'node_modules'));
  assert.deepEqual(tree.build('--start'), expected);
});
