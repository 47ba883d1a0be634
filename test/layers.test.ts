// The rules of import between the rooms of src/ (scripts/layers.grit, biome.json): every wrong import fails the lint.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';

const biome = join(process.cwd(), 'node_modules', '.bin', 'biome');
const pure = ['model', 'parse', 'analysis', 'render'];
const toCollect = [...pure, 'kernel', 'sources', 'workloads', 'conditions'];
const toLive = [...toCollect, 'collect', 'live'];

/** What each room may import beside itself: said a second time, so that a slip in the check is seen. */
const mayImport = new Map<string, readonly string[]>([
  ['model', []],
  ['parse', ['model']],
  ['analysis', ['model']],
  ['render', ['model', 'analysis']],
  ['kernel', ['model', 'parse']],
  ['sources', ['model', 'parse', 'kernel']],
  ['workloads', ['model', 'parse', 'kernel']],
  ['conditions', ['model', 'parse', 'kernel']],
  ['collect', toCollect],
  ['live', [...toCollect, 'collect']],
  ['launch', toLive],
  ['lab', toLive],
  ['namespacefs', toLive],
  ['cli', [...toLive, 'launch', 'lab', 'namespacefs']],
]);
const rooms = [...mayImport.keys()];

interface Diagnostic {
  readonly category: string;
  readonly message: string;
  readonly location: { readonly path: string; readonly start: { readonly line: number } };
}

interface Report {
  readonly diagnostics: readonly Diagnostic[];
  readonly summary: { readonly changed: number; readonly unchanged: number };
}

let copy = '';
before(() => {
  copy = mkdtempSync(join(tmpdir(), 'nscope-layers-'));
  cpSync('biome.json', join(copy, 'biome.json'));
  for (const file of ['layers', 'plain-reads']) cpSync(`scripts/${file}.grit`, join(copy, `scripts/${file}.grit`));
});
after(() => rmSync(copy, { recursive: true, force: true }));

/** Lints one file of these lines; gives the messages for each line. */
function lint(path: string, lines: readonly string[]): string[][] {
  const file = join(copy, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${lines.join('\n')}\n`);
  const { stdout, stderr } = spawnSync(biome, ['lint', '--reporter=json', '--max-diagnostics=none', path], {
    cwd: copy,
    encoding: 'utf8',
  });
  rmSync(file);
  assert.notEqual(stdout, '', stderr);
  const { diagnostics } = JSON.parse(stdout) as Report;
  const messages: string[][] = lines.map(() => []);
  for (const { message, location } of diagnostics) messages[location.start.line - 1]?.push(message);
  return messages;
}

test('Every folder of src is a room of the table.', () => {
  const folders = readdirSync('src', { withFileTypes: true }).filter((entry) => entry.isDirectory());
  assert.ok(folders.length > 0);
  for (const { name } of folders) assert.ok(mayImport.has(name), `src/${name} is not in the table of the rooms`);
});

for (const [room, allowed] of mayImport) {
  test(`The room ${room} may import ${allowed.join(', ') || 'no other room'}, and the lint says so of all others.`, () => {
    const others = [...rooms.filter((other) => other !== room), 'no-such-room'];
    for (const [path, up] of [
      [`src/${room}/file.ts`, '..'],
      [`src/${room}/folder/file.ts`, '../..'],
    ] as const) {
      const found = lint(
        path,
        others.map((other) => `export * from '${up}/${other}/file.ts';`),
      );
      others.forEach((other, index) => {
        const imports = (found[index] ?? []).filter((message) => / imports? /.test(message));
        if (allowed.includes(other)) assert.deepEqual(imports, [], `${path} may import ${other}`);
        else {
          assert.equal(imports.length, 1, `${path} must not import ${other}: ${imports.join('; ')}`);
          assert.ok(imports[0]?.includes(room), `'${imports[0]}' names ${room}`);
        }
      });
    }
  });
}

test('Every form of import is caught: types, side effects, exports, dynamic ones.', () => {
  const lines = [
    "import { a } from '../cli/file.ts';",
    "import type { b } from '../cli/file.ts';",
    "import { type c } from '../cli/file.ts';",
    "import * as d from '../cli/file.ts';",
    "import '../cli/file.ts';",
    "export { e } from '../cli/file.ts';",
    "export * from '../cli/file.ts';",
    "export const f = await import('../cli/file.ts');",
    'export const g = await import(`../cli/file.ts`);',
    "export const h = await import('../cli/' + 'file.ts');",
    "export const i = await import('../cli/file.ts', { with: {} });",
    'export const j = await import(`../$' + '{k}/file.ts`);',
    "export const l = await import(['..', 'cli', 'file.ts'].join('/'));",
    "export const m = require('../cli/file.ts');",
    "export type N = import('../cli/file.ts').N;",
    "export * from './../cli/file.ts';",
    "export * from '../model/../cli/file.ts';",
    "export * from '../index.ts';",
    "export * from 'nscope';",
    "export * from 'nscope/model';",
    "export * from '/src/cli/file.ts';",
  ];
  const rule = /kernel imports model and parse alone|shortest path|plain quotes|imported, not required|`import type`/;
  const found = lint('src/kernel/file.ts', lines);
  for (const [index, line] of lines.entries())
    assert.ok(
      found[index]?.some((message) => rule.test(message)),
      `nothing said of: ${line}`,
    );
});

test('Imports that keep the rules pass.', () => {
  const lines = [
    "export * from '../model/file.ts';",
    "export * from './other.ts';",
    "export * from './folder/other.ts';",
    "export * from 'typebox';",
    "export const a = await import('./other.ts');",
    "export * from 'node:fs';",
  ];
  assert.deepEqual(
    lint('src/kernel/file.ts', lines),
    lines.map(() => []),
  );
});

test('No source imports another, except index.ts, which lists them.', () => {
  const lines = [
    "export * from './other.ts';",
    "export const a = await import('./other.ts');",
    "export * from '../shelf/other.ts';",
    "export * from '../contract/source.ts';",
    "export * from './task-records.ts';",
    "export * from '../../model/file.ts';",
  ];
  const rule = 'no source imports another; index.ts, the ordered table, imports them all';
  assert.deepEqual(lint('src/sources/tasks/file.ts', lines), [[rule], [rule], [rule], [], [], []]);
  assert.deepEqual(lint('src/sources/tasks/file.ts', ["export * from '../index.ts';"]), [[rule]]);
  assert.deepEqual(lint('src/sources/index.ts', lines.slice(0, 2)), [[], []]);
});

test('The pure rooms and the page import no module of Node and know no process.', () => {
  for (const path of pure.map((room) => `src/${room}/file.ts`)) {
    const lines = [
      "export * from 'node:fs';",
      "export const a = await import('node:os');",
      'export const b = process.env;',
    ];
    const found = lint(path, lines);
    for (const line of [0, 1, 2]) assert.equal(found[line]?.length, 1, `${path}: ${lines[line]}`);
  }
  assert.match(lint('src/render/file.ts', ["export const a = Buffer.from('');"])[0]?.[0] ?? '', /Buffer/);
});

test('Sources and what collects them read the host through kernel, and only kernel loads native code.', () => {
  const modules = ['node:fs', 'node:fs/promises', 'node:child_process', 'node:module'];
  const lines = modules.map((module) => `export * from '${module}';`);
  for (const room of ['sources', 'workloads', 'conditions', 'collect', 'live'])
    assert.deepEqual(
      lint(`src/${room}/file.ts`, lines),
      lines.map(() => ['only kernel reads the host: wrap the call there']),
      room,
    );
  for (const room of ['launch', 'lab', 'namespacefs', 'cli'])
    assert.deepEqual(lint(`src/${room}/file.ts`, lines), [[], [], [], ['only kernel loads native code']], room);
});

test('A file that is not known to read what nobody else shapes takes no reading call from node:fs.', () => {
  const reading = [
    "import { readFileSync } from 'node:fs';",
    "import { closeSync, statSync } from 'node:fs';",
    "import { readFile } from 'node:fs/promises';",
    "import { existsSync as is } from 'fs';",
    "import { promises } from 'node:fs';",
    "import * as fs from 'node:fs';",
    "import fs from 'node:fs';",
  ];
  const others = [
    "import { closeSync, constants, writeSync } from 'node:fs';",
    "import { mkdir } from 'node:fs/promises';",
  ];
  const judge = (path: string) =>
    lint(path, [...reading, ...others]).map((said) => said.some((text) => text.includes('scripts/plain-reads.grit')));
  const wanted = [...reading.map(() => true), ...others.map(() => false)];
  for (const path of [
    'src/kernel/novel.ts',
    'src/launch/novel.ts',
    'src/namespacefs/mount/mount.ts',
    'src/cli/novel.ts',
  ])
    assert.deepEqual(judge(path), wanted, path);
  assert.ok(!judge('src/kernel/files/file-calls.ts').includes(true));
});

test('Every file that may take a reading call from node:fs is there, and takes one.', () => {
  const rule = readFileSync('scripts/plain-reads.grit', 'utf8');
  const listed = [...rule.matchAll(/src\/([\w/]+)\/(?:\(\?:([^)]*)\)|([\w-]+))\\\.ts\$/g)].flatMap(
    ([, room, several, one]) => (several ?? one ?? '').split('|').map((name) => `src/${room}/${name}.ts`),
  );
  assert.ok(listed.length > 20);
  for (const file of listed) assert.match(readFileSync(file, 'utf8'), /from 'node:fs'/, file);
});

test('The library does not reach into the command line.', () => {
  const lines = ["export * from './cli/main.ts';", "export * from './model/index.ts';"];
  assert.deepEqual(lint('src/index.ts', lines), [['the library imports every room but cli'], []]);
});

test('A room that is new to the table may import nothing.', () => {
  assert.deepEqual(lint('src/novel/file.ts', ["export * from '../model/file.ts';"]), [
    ['this room is not in the table of scripts/layers.grit'],
  ]);
});

test('The sources of this checkout keep the rules.', () => {
  const { stdout } = spawnSync(biome, ['lint', '--reporter=json', '--max-diagnostics=none', 'src'], {
    encoding: 'utf8',
  });
  const { diagnostics, summary } = JSON.parse(stdout) as Report;
  assert.ok(summary.unchanged + summary.changed > 0, 'the lint read some file');
  const rules = /^plugin$|noRestricted(Imports|Globals)$|noNodejsModules$/;
  const broken = diagnostics.filter(({ category }) => rules.test(category));
  assert.deepEqual(
    broken.map(({ message, location }) => `${location.path}: ${message}`),
    [],
  );
});
