// The documents say what the code does: error codes, commands, files that they name.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { parseCommandLine } from '../src/cli/line/parse-command-line.ts';
import { verbs } from '../src/cli/table/verbs.ts';
import { nscopeVersion } from '../src/model/snapshot/version.ts';
import { splitWords } from './cli/split-words.ts';
import { tiers } from './tiers.ts';

const documents = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...listMarkdown('docs')];

function listMarkdown(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(directory, file));
}

/** The lines of the code blocks of a document that are in one of these languages. */
function readBlocks(document: string, languages: readonly string[]): string[][] {
  const blocks = readFileSync(document, 'utf8').matchAll(/^```(\w*)\n(.*?)^```$/gms);
  return [...blocks].flatMap(([, language = '', text = '']) =>
    languages.includes(language) ? [text.split('\n')] : [],
  );
}

/** The commands in them: whole blocks of sh, and what follows a prompt where output is shown as well. */
function readCommands(document: string): string[] {
  const lines = readBlocks(document, ['sh']).flat();
  const prompts = readBlocks(document, ['console'])
    .flat()
    .filter((line) => /^[$#] /.test(line));
  return [...lines.filter((line) => line !== '' && !line.startsWith('#')), ...prompts.map((line) => line.slice(2))];
}

test('docs/reference/errors.md has every code that the sources raise, with what to do, and no other.', () => {
  const raised = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [
      ...readFileSync(join('src', file), 'utf8').matchAll(/class (\w+) [^}]*?code = '(NSCOPE_\w+)'/g),
    ])
    .map(([, name, code]) => `${code} ${name}`);
  assert.ok(raised.length >= 5, 'codes were found');
  const sections = readFileSync('docs/reference/errors.md', 'utf8').split(/^## /m).slice(1);
  const described = sections.flatMap((section) => {
    const [, code, name] = /^(NSCOPE_\w+)\n\n`(\w+)`/.exec(section) ?? [];
    if (code === undefined) return [];
    assert.match(section, /^\*\*What to do:\*\* \S/m, code);
    return [`${code} ${name}`];
  });
  assert.deepEqual(described.sort(), raised.sort());
});

test('docs/reference/errors.md has the exit status of every error that the command ends with.', () => {
  const errors = readFileSync('docs/reference/errors.md', 'utf8');
  let compared = 0;
  for (const file of readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')))
    for (const [, code = '', status = ''] of readFileSync(join('src', file), 'utf8').matchAll(
      /code = '(NSCOPE_\w+)';\n[^\n]*\n {2}readonly exitStatus = (\d)/g,
    )) {
      assert.match(errors, new RegExp(`^## ${code}\n\n\`\\w+\`, status ${status}[.;]`, 'm'), code);
      compared++;
    }
  assert.ok(compared >= 9, `${compared} were compared`);
});

test('Every nscope command in the documents is one that nscope can read.', async () => {
  let count = 0;
  for (const document of documents)
    for (const command of readCommands(document)) {
      if (!/\bnscope\b/.test(command)) continue;
      for (const words of splitWords(command)) {
        const start = words.indexOf('nscope');
        if (start < 0 || ['install', 'link', '-C'].some((word) => words.includes(word))) continue;
        count++;
        await assert.doesNotReject(() => parseCommandLine(words.slice(start + 1)), `${document}: ${command}`);
      }
    }
  assert.ok(count >= 10, `${count} commands were read`);
});

test('Every script that the documents start with npm is one of the package.', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  let count = 0;
  for (const document of documents)
    for (const [, run, name = ''] of readFileSync(document, 'utf8').matchAll(/\bnpm (run |)([a-z][\w:-]*)/g)) {
      if (run === '' && !['start', 'test'].includes(name)) continue;
      count++;
      assert.ok(name in scripts, `${document}: npm run ${name}`);
    }
  assert.ok(count >= 3);
});

test('The tour has every verb.', () => {
  const text = readFileSync('docs/tour.md', 'utf8');
  for (const { name } of verbs) assert.match(text, new RegExp(`\`nscope ${name}\\b`), name);
});

test('Documents that the command names are in the package, and pictures are not.', () => {
  const named = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => readFileSync(join('src', file), 'utf8').split('\n'))
    .filter((line) => !/^\s*(?:\/\/|\/?\*)/.test(line))
    .flatMap((line) => line.match(/\bdocs\/[\w/-]+\.md\b/g) ?? []);
  assert.ok(named.length > 0, 'the help names documents');
  const pack = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { encoding: 'utf8' });
  const [{ files }] = JSON.parse(pack.stdout) as [{ files: readonly { path: string }[] }];
  const paths = files.map(({ path }) => path);
  for (const document of [...named, ...listMarkdown('docs')]) assert.ok(paths.includes(document), document);
  assert.deepEqual(
    paths.filter((path) => path.startsWith('docs/') && !path.endsWith('.md')),
    [],
  );
});

test('The index of the documents links to every page and every picture.', () => {
  const text = readFileSync('docs/README.md', 'utf8');
  // Each finding has a page, and these an index of their own.
  const ofFindings = /^docs\/findings\/(?!README)/;
  const pages = listMarkdown('docs').filter((page) => page !== 'docs/README.md' && !ofFindings.test(page));
  const pictures = readdirSync('docs/pictures').map((name) => join('docs/pictures', name));
  assert.ok(pages.length > 10 && pictures.length > 20, `${pages.length} pages, ${pictures.length} pictures`);
  for (const file of [...pages, ...pictures]) assert.ok(text.includes(`](${relative('docs', file)})`), file);
});

test('CONTRIBUTING.md has every tier of the tests and every room of src.', () => {
  const text = readFileSync('CONTRIBUTING.md', 'utf8');
  for (const { name } of tiers) assert.match(text, new RegExp(`^\\| \`${name}\` \\|`, 'm'), name);
  const rooms = readdirSync('src', { withFileTypes: true }).filter((entry) => entry.isDirectory());
  assert.ok(rooms.length > 10, `${rooms.length} rooms`);
  for (const { name } of rooms) assert.match(text, new RegExp(`^\\| \`${name}\` \\|`, 'm'), name);
});

test('The newest heading of the changelog is the version of the package.', () => {
  assert.equal(/^## (\d+\.\d+\.\d+)/m.exec(readFileSync('CHANGELOG.md', 'utf8'))?.[1], nscopeVersion);
});

test('Files of this checkout that the documents link to are there.', () => {
  let count = 0;
  for (const document of documents)
    for (const [, target = ''] of readFileSync(document, 'utf8').matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      count++;
      assert.ok(existsSync(join(dirname(document), target)), `${document}: ${target}`);
    }
  assert.ok(count >= 3, `${count} links were looked at`);
});
