// The shelves of the rooms of src/, as CONTRIBUTING.md lists them: which there are, how large, and which imports which.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

interface Shelf {
  /** Below src: "kernel/bpf". */
  readonly name: string;
  readonly oneEach: boolean;
}

const listed: readonly Shelf[] = [
  ...readFileSync('CONTRIBUTING.md', 'utf8').matchAll(/^- `([a-z]+\/[a-z]+)`: (.+)\.$/gm),
].map(([, name = '', sentence = '']) => ({ name, oneEach: sentence.endsWith('*one each*') }));
const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

function filesOf(shelf: string): string[] {
  return files.filter((file) => dirname(file) === shelf);
}

/** The folders below src that a file imports from. */
function importedFrom(file: string): string[] {
  const text = readFileSync(join('src', file), 'utf8');
  const found = [...text.matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g)];
  return found.map(([, path = '']) => dirname(join(dirname(file), path)));
}

test('Every shelf is listed with a sentence, and no folder lies deeper.', () => {
  const folders = [...new Set(files.map((file) => dirname(file)))].filter((folder) => folder.includes('/'));
  assert.ok(folders.length > 40);
  assert.deepEqual(listed.map(({ name }) => name).sort(), folders.sort());
});

test('Git ignores no file of src/, or a clone could not be built.', () => {
  const paths = files.map((file) => join('src', file));
  assert.ok(paths.length > 400);
  // --no-index: as if none were tracked yet. Status 1: none is ignored.
  const { status, stdout } = spawnSync('git', ['check-ignore', '--no-index', ...paths], { encoding: 'utf8' });
  assert.equal(stdout, '');
  assert.equal(status, 1);
});

test('A shelf holds 2 to 15 files, or more where it has one for each thing of a kind.', () => {
  for (const { name, oneEach } of listed) {
    const { length } = filesOf(name);
    assert.ok(length >= 2 && (oneEach || length <= 15), `src/${name} has ${length} files`);
  }
});

test('A shelf imports the shelves of its room above it in the list alone, so that there are no circles.', () => {
  let compared = 0;
  for (const [place, { name }] of listed.entries()) {
    const [room = ''] = name.split('/');
    const above = listed.slice(0, place + 1).map((shelf) => shelf.name);
    for (const file of filesOf(name))
      for (const folder of importedFrom(file))
        if (folder === room || folder.startsWith(`${room}/`)) {
          compared++;
          assert.ok(above.includes(folder), `src/${file} imports from src/${folder}, which is not above it`);
        }
  }
  assert.ok(compared > 500, `${compared} imports were compared`);
});
