// The examples of the README and the documents, as a stranger uses them: compiled against the published declarations, and run.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

const tsc = join(process.cwd(), 'node_modules', 'typescript', 'bin', 'tsc');
const documents = [
  'README.md',
  ...readdirSync('docs')
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file)),
];
let project = '';

/** The blocks of TypeScript in a document. */
function readBlocks(document: string): string[] {
  return [...readFileSync(document, 'utf8').matchAll(/^```ts\n(.*?)^```$/gms)].map(([, text = '']) => text);
}

/** The calls that docs/library.md names in a sentence, on an index and a namespace of its example. */
function readCalls(): string[] {
  const sentences = readFileSync('docs/library.md', 'utf8').replace(/^```ts\n.*?^```$/gms, '');
  return [...sentences.matchAll(/`(\w+\([^`]*\))`/g)].map(([, call = '']) => call);
}

function compile(file: string): void {
  const options = ['--strict', '--noUncheckedIndexedAccess', '--module', 'nodenext', '--target', 'es2023'];
  const compiled = spawnSync(process.execPath, [tsc, ...options, '--types', 'node', file], {
    cwd: project,
    encoding: 'utf8',
  });
  assert.equal(compiled.status, 0, compiled.stdout + compiled.stderr);
}

before(() => {
  assert.ok(existsSync('dist/types/index.d.ts'), 'npm run build has written dist');
  project = mkdtempSync(join(tmpdir(), 'nscope-example-'));
  mkdirSync(join(project, 'node_modules', '@types'), { recursive: true });
  symlinkSync(process.cwd(), join(project, 'node_modules', 'nscope'));
  symlinkSync(join(process.cwd(), 'node_modules', '@types', 'node'), join(project, 'node_modules', '@types', 'node'));
  writeFileSync(join(project, 'package.json'), '{"type": "module"}');
});
after(() => rmSync(project, { recursive: true, force: true }));

test('The documents with examples in TypeScript are those that are tried here.', () => {
  // The API reference has declarations, which its own test holds against the sources.
  const others = documents.filter((document) => document !== 'docs/api.md');
  assert.equal(others.length, documents.length - 1);
  const counts = others.map((document) => [document, readBlocks(document).length] as const);
  assert.deepEqual(
    counts.filter(([, count]) => count > 0),
    [
      ['README.md', 1],
      ['docs/events.md', 1],
      ['docs/library.md', 1],
    ],
  );
});

test('The example of the README compiles strictly, and prints the namespaces of its host.', () => {
  writeFileSync(join(project, 'short.ts'), readBlocks('README.md')[0] ?? '');
  compile('short.ts');
  const run = spawnSync(process.execPath, ['short.js'], { cwd: project, encoding: 'utf8' });
  assert.equal(run.status, 0, run.stderr);
  assert.match(run.stdout, /^net \d+ [1-9]\d*$/m);
  assert.match(run.stdout, /^(?:complete|partial) \[/m);
});

test('The example of the library compiles strictly, and prints the network namespace that it runs in.', () => {
  writeFileSync(join(project, 'example.ts'), readBlocks('docs/library.md')[0] ?? '');
  compile('example.ts');
  const run = spawnSync(process.execPath, ['example.js'], { cwd: project, encoding: 'utf8' });
  assert.equal(run.status, 0, run.stderr);
  assert.match(run.stdout, /^net:\[\d+\]: .+, owned by (?:user:\[\d+\]|an unknown user namespace)$/m);
  assert.match(run.stdout, /^(?:complete|partial) \[/m);
});

test('Each call that the page of the library names in a sentence compiles strictly, and gives something.', () => {
  const calls = readCalls();
  assert.ok(calls.length >= 4, calls.join(' '));
  const names = new Set([
    'collectSnapshot',
    'SnapshotIndex',
    ...calls.flatMap((call) => call.match(/\w+(?=\()/g) ?? []),
  ]);
  const lines = [
    `import { ${[...names].join(', ')} } from 'nscope';`,
    'const index = new SnapshotIndex(collectSnapshot());',
    'const [namespace] = index.snapshot.namespaces;',
    `if (!namespace) throw new Error('no namespace is listed');`,
    ...calls.map((call) => `console.log(typeof ${call});`),
  ];
  writeFileSync(join(project, 'calls.ts'), `${lines.join('\n')}\n`);
  compile('calls.ts');
  const run = spawnSync(process.execPath, ['calls.js'], { cwd: project, encoding: 'utf8' });
  assert.equal(run.status, 0, run.stderr);
  assert.deepEqual(
    run.stdout.trim().split('\n'),
    calls.map(() => 'object'),
  );
});

test('The example of events compiles strictly, and begins with the state.', async () => {
  writeFileSync(join(project, 'events.ts'), readBlocks('docs/events.md')[0] ?? '');
  compile('events.ts');
  const run = spawn(process.execPath, ['events.js'], { cwd: project, stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    let errors = '';
    run.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    let output = '';
    for await (const text of run.stdout.setEncoding('utf8')) {
      output += text;
      if (output.includes('\n')) break;
    }
    assert.match(output, /^[\w-]+ \d+\n/, errors);
  } finally {
    run.kill();
  }
});
