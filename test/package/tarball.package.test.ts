// The tarball of npm pack: what is in it, and that it works where it is installed, without compiler or network.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { findCommand, missing } from '../tiers.ts';
import { findNode, nodePackage } from './find-node.ts';

const skip = missing({
  commands: [
    'npm',
    'make',
    'x86_64-linux-gnu-gcc',
    'x86_64-linux-musl-gcc',
    'aarch64-linux-gnu-gcc',
    'aarch64-linux-musl-gcc',
  ],
});

/** The oldest that package.json admits, and the lines after it. */
const nodeVersions = ['20.19.0', '22.23.3', '24.19.0', '26.10.0'];

let directory = '';
let tarball = '';
/** A project that has installed the tarball. */
let project = '';
/** The environment of a machine that has Node, npm and a shell, and nothing else. */
let bare: NodeJS.ProcessEnv = {};

before(() => {
  if (skip !== false) return;
  directory = mkdtempSync(join(tmpdir(), 'nscope-package-'));
  const packed = spawnSync('npm', ['pack', '--silent', '--pack-destination', directory], { encoding: 'utf8' });
  assert.equal(packed.status, 0, `npm pack: ${packed.stdout}${packed.stderr}`);
  const files = readdirSync(directory).filter((name) => name.endsWith('.tgz'));
  assert.equal(files.length, 1, 'npm pack wrote one tarball');
  tarball = join(directory, files[0] ?? '');

  const bin = join(directory, 'bin');
  mkdirSync(bin);
  const npm = findCommand('npm');
  assert.ok(npm);
  for (const [name, file] of [
    ['node', process.execPath],
    ['npm', realpathSync(npm)],
    ['sh', '/bin/sh'],
    ['env', '/usr/bin/env'],
  ] as const)
    symlinkSync(file, join(bin, name));
  bare = {
    PATH: bin,
    HOME: directory,
    npm_config_cache: join(directory, 'cache'),
    npm_config_update_notifier: 'false',
  };

  project = join(directory, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'project', private: true, type: 'module' }));
  // Scripts may run: that there are none to run is part of the test.
  const words = [realpathSync(npm), 'install', '--offline', '--no-audit', '--no-fund', tarball];
  const installed = spawnSync(process.execPath, words, { cwd: project, env: bare, encoding: 'utf8' });
  assert.equal(installed.status, 0, installed.stderr);
  assert.doesNotMatch(installed.stderr, /nscope|script/, 'npm has nothing to say of the package');
});
after(() => {
  if (directory !== '') rmSync(directory, { recursive: true, force: true });
});

function listFiles(): string[] {
  const out = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' });
  return out
    .trim()
    .split('\n')
    .map((file) => file.replace(/^package\//, ''));
}

function readManifest(): Record<string, unknown> {
  return JSON.parse(readFileSync(join(project, 'node_modules/nscope/package.json'), 'utf8')) as Record<string, unknown>;
}

function runInstalled(words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const command = join(project, 'node_modules/.bin/nscope');
  return spawnSync(command, words, { cwd: project, env: { ...bare, ...env }, encoding: 'utf8' });
}

test('The tarball holds what package.json names, the addons, the BPF programs and the licences.', {
  skip,
}, (context) => {
  const files = listFiles();
  const manifest = JSON.stringify(readManifest());
  const named = [...manifest.matchAll(/"\.?\/?((?:dist|man)\/[^"]+)"/g)].flatMap(([, file]) => file ?? []);
  assert.ok(named.length > 5);
  const skeletons = readdirSync('bpf/skeletons').map((name) => `bpf/skeletons/${name}`);
  const addons = ['x64', 'arm64'].flatMap((arch) =>
    ['glibc', 'musl'].map((libc) => `prebuilds/linux-${arch}-${libc}.node`),
  );
  for (const file of [...named, ...skeletons, ...addons, 'LICENSE', 'README.md', 'CHANGELOG.md', 'dist/LICENSES.txt'])
    assert.ok(files.includes(file), `${file} is in the tarball`);
  const sizeKiB = Math.round(statSync(tarball).size / 1024);
  context.diagnostic(`${files.length} files, ${sizeKiB} KiB packed`);
  assert.ok(sizeKiB < 2304, `${sizeKiB} KiB are less than 2.25 MiB`);
});

test('The tarball holds no script that runs at installation, no source, no test and no other package.', {
  skip,
}, () => {
  const files = listFiles();
  const foreign = files.filter((file) =>
    /^(?:src|test|native|scripts|build|bench|node_modules|\.ci)\/|binding\.gyp$|\.map$|\.c$/.test(file),
  );
  assert.deepEqual(foreign, []);
  const { scripts = {}, dependencies = {}, optionalDependencies = {} } = readManifest() as Record<string, object>;
  const atInstallation = Object.keys(scripts).filter((name) => /^(?:pre|post)?install$/.test(name));
  assert.deepEqual(atInstallation, []);
  assert.deepEqual([dependencies, optionalDependencies], [{}, {}]);
  assert.deepEqual(
    readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.')),
    ['nscope'],
  );
});

test('No file of the tarball names a directory of the machine that built it.', { skip }, () => {
  const root = resolve('.');
  const told = listFiles().filter((file) => {
    const installed = join(project, 'node_modules/nscope', file);
    return existsSync(installed) && statSync(installed).isFile() && readFileSync(installed, 'latin1').includes(root);
  });
  assert.deepEqual(told, []);
});

test('The installed command tells its version and lists namespaces with a prebuilt addon.', { skip }, () => {
  const { version } = readManifest();
  assert.equal(runInstalled(['--version']).stdout, `${String(version)}\n`);
  const { status, stdout, stderr } = runInstalled(['ls', '--json']);
  assert.equal(status, 0, stderr);
  const { namespaces } = JSON.parse(stdout) as { namespaces: { type: string; owner: unknown }[] };
  assert.ok(namespaces.length >= 8);
  // Only the addon can ask for an owner.
  assert.ok(
    namespaces.some(({ owner }) => typeof owner === 'number'),
    'some owner is known',
  );
});

for (const version of nodeVersions) {
  test(`The installed command and library work in Node ${version}, with a prebuilt addon and without a warning.`, {
    skip,
  }, (context) => {
    const node = findNode(process.arch, version);
    if (node === undefined) return context.skip(`needs the npm package ${nodePackage(process.arch, version)}`);
    const run = (words: readonly string[]) => {
      const { status, stdout, stderr } = spawnSync(node, words, { cwd: project, env: bare, encoding: 'utf8' });
      assert.deepEqual(
        [status, stderr.match(/^.*[Ww]arning.*$/m)?.[0]],
        [0, undefined],
        `${words.join(' ')}: ${stderr}`,
      );
      return stdout;
    };
    assert.equal(run(['--version']).trim(), `v${version}`);
    const command = realpathSync(join(project, 'node_modules/.bin/nscope'));
    const listed = JSON.parse(run([command, 'ls', '--json'])) as { namespaces: { owner: unknown }[] };
    assert.ok(
      listed.namespaces.some(({ owner }) => typeof owner === 'number'),
      'only the addon can ask for an owner',
    );
    assert.match(run([command, 'tree']), /user/);
    const script = `
      import { collectSnapshot } from 'nscope';
      import { validateSnapshot } from 'nscope/model';
      console.log(validateSnapshot(JSON.parse(JSON.stringify(await collectSnapshot()))).processes.length);`;
    assert.ok(Number(run(['--input-type=module', '-e', script])) > 0);
  });
}

test('Every verb of the installed command can print its help.', { skip }, () => {
  const verbs = [...runInstalled(['--help']).stdout.matchAll(/^ {2}([a-z]+) {2,}/gm)].flatMap(([, verb]) => verb ?? []);
  assert.ok(verbs.includes('ls'), `the help lists the verbs: ${verbs.join(' ')}`);
  for (const verb of new Set(verbs)) {
    const { status, stderr } = runInstalled([verb, '--help']);
    assert.equal(status, 0, `${verb}: ${stderr}`);
  }
});

test('The library, its pure parts and the schema can be imported.', { skip }, () => {
  const script = `
    import * as library from 'nscope';
    import * as model from 'nscope/model';
    import * as analysis from 'nscope/analysis';
    import schema from 'nscope/snapshot.schema.json' with { type: 'json' };
    const snapshot = await library.collectSnapshot();
    model.validateSnapshot(JSON.parse(JSON.stringify(snapshot)));
    const parts = [model, analysis].flatMap(Object.entries).filter(([name]) => name in library);
    const twice = parts.filter(([name, value]) => library[name] !== value).map(([name]) => name);
    console.log(JSON.stringify([snapshot.namespaces.length, parts.length, twice, schema.title]));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--no-warnings', '-e', script], {
    cwd: project,
    env: bare,
    encoding: 'utf8',
  });
  assert.notEqual(stdout, '', stderr);
  const [namespaces, parts, twice, title] = JSON.parse(stdout) as [number, number, string[], string];
  assert.ok(namespaces >= 8 && parts > 0);
  // An error that one of them throws is an instance for the others.
  assert.deepEqual(twice, []);
  assert.equal(title, 'nscope.snapshot/1');
});

test('The pure parts run without a module of Node and without its globals.', { skip }, () => {
  for (const name of ['model', 'analysis']) {
    const script = `
      for (const name of ['process', 'Buffer', 'require']) delete globalThis[name];
      await import('nscope/${name}');`;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: project,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    const files = listImported(join(project, 'node_modules/nscope/dist', `${name}.js`));
    assert.ok(files.length > 1);
    for (const file of files) assert.doesNotMatch(readFileSync(file, 'utf8'), /(?:from|import) ?\(?"node:/, file);
  }
});

/** A module and all that it imports from its package. */
function listImported(entry: string): string[] {
  const files = new Set([entry]);
  for (const file of files)
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(/(?:from|import) ?\(?"(\.[^"]+)"/g))
      files.add(join(dirname(file), name));
  return [...files];
}

const consumer = `
import { collectSnapshot, type Snapshot } from 'nscope';
import { type Namespace, isKnown } from 'nscope/model';
import * as analysis from 'nscope/analysis';
const snapshot: Snapshot = await collectSnapshot();
const namespace: Namespace | undefined = snapshot.namespaces[0];
export const inode: number = namespace?.inode ?? 0;
export const owner: number | null = namespace && isKnown(namespace.owner) ? namespace.owner : null;
export { analysis };
// @ts-expect-error a snapshot cannot be written to
if (namespace) namespace.inode = 1;
// @ts-expect-error an inode is a number
export const wrong: string = snapshot.namespaces[0]?.inode ?? 0;
`;

for (const [resolution, module] of [
  ['nodenext', 'nodenext'],
  ['bundler', 'esnext'],
] as const) {
  test(`A consumer's TypeScript resolves the types with moduleResolution ${resolution}.`, { skip }, () => {
    const types = join(project, 'node_modules/@types');
    mkdirSync(types, { recursive: true });
    for (const name of ['@types/node', 'undici-types']) {
      const link = join(project, 'node_modules', name);
      if (!existsSync(link)) symlinkSync(resolve('node_modules', name), link);
    }
    writeFileSync(join(project, 'consumer.ts'), consumer);
    const words = [
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      'false',
      '--target',
      'es2023',
      '--module',
      module,
      '--moduleResolution',
      resolution,
      '--types',
      'node',
      'consumer.ts',
    ];
    const { status, stdout } = spawnSync(resolve('node_modules/.bin/tsc'), words, { cwd: project, encoding: 'utf8' });
    for (const name of ['@types', 'undici-types'])
      rmSync(join(project, 'node_modules', name), { recursive: true, force: true });
    assert.equal(status, 0, stdout);
  });
}

test('The published types say the same as the types of the sources.', { skip }, () => {
  const names = [
    ...readFileSync('dist/types/model/snapshot/schema.d.ts', 'utf8').matchAll(/^export type (\w+)/gm),
  ].flatMap(([, name]) => name ?? []);
  assert.ok(names.length > 5);
  const lines = names.flatMap((name) => [
    `export const to${name} = (value: source.${name}): published.${name} => value;`,
    `export const from${name} = (value: published.${name}): source.${name} => value;`,
  ]);
  const imports = `import type * as source from ${JSON.stringify(resolve('build/js/src/model/snapshot/schema.js'))};\nimport type * as published from ${JSON.stringify(resolve('dist/types/model/snapshot/schema.js'))};\n`;
  const file = join(directory, 'same.ts');
  writeFileSync(file, `${imports}${lines.join('\n')}\n`);
  const words = [
    '--noEmit',
    '--strict',
    '--exactOptionalPropertyTypes',
    '--skipLibCheck',
    '--target',
    'es2023',
    '--module',
    'esnext',
    '--moduleResolution',
    'bundler',
    file,
  ];
  const { status, stdout } = spawnSync(resolve('node_modules/.bin/tsc'), words, { cwd: directory, encoding: 'utf8' });
  assert.equal(status, 0, stdout);
});
