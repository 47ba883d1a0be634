// Files that are no snapshot: each gets a sentence with the file and the place.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { loadSnapshot } from '../../../src/cli/reading/load-snapshot.ts';
import { UsageError } from '../../../src/cli/table/errors.ts';
import { snapshotOf } from '../../container-host.ts';
import { main, runInTurn, runNscope } from '../run-nscope.ts';

let directory = '';
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'nscope-load-'));
});
after(() => rmSync(directory, { recursive: true, force: true }));

const whole = JSON.stringify(snapshotOf(), undefined, 1);

function write(content: string | Uint8Array): string {
  const file = join(directory, 'host.json');
  writeFileSync(file, content);
  return file;
}

function refuse(file: string, message: RegExp): void {
  assert.throws(
    () => loadSnapshot(file),
    (error: unknown) => {
      assert.ok(error instanceof UsageError, String(error));
      assert.match(error.message, message);
      assert.ok(error.message.startsWith(file) || error.message.startsWith(`cannot read ${file}`), error.message);
      return true;
    },
  );
}

test('A snapshot that was written is read as it was.', () => {
  assert.deepEqual(loadSnapshot(write(whole)), JSON.parse(whole));
});

test('A file that was cut, at any of fifty places, is said to end too early.', () => {
  for (let i = 1; i < 50; i++) {
    const length = Math.floor((whole.length * i) / 50);
    refuse(write(whole.slice(0, length)), /ends too early, after \d+ characters; was it cut\?$/);
  }
  refuse(write(whole.slice(0, -2)), /ends too early/);
});

test('A file that is too large for a snapshot is refused.', () => {
  const file = join(directory, 'large.json');
  for (const size of [2 ** 29 + 1, 2 ** 31 + 1]) {
    writeFileSync(file, '');
    truncateSync(file, size);
    refuse(file, /is larger than a snapshot that can be read \(\d+ MB\)$/);
  }
  rmSync(file);
});

test('A wrong character is told by line and column.', () => {
  refuse(write(whole.replace('"host":', '"host";')), /is not JSON: line 3, column 8: unexpected ";"/);
});

test('Another version, or what is no snapshot at all, is told by what it says of itself.', () => {
  refuse(
    write(whole.replace('nscope.snapshot/1', 'nscope.snapshot/9')),
    /its schema is "nscope.snapshot\/9"; this nscope reads/,
  );
  refuse(write('{}'), /not a snapshot: an object with the key "schema" was expected/);
  refuse(write('[]'), /not a snapshot/);
  refuse(write('null'), /not a snapshot/);
  refuse(write('{"schema": 3}'), /its schema is 3/);
});

test('A value that does not belong is told by its place.', () => {
  const snapshot = JSON.parse(whole) as { processes: Record<string, unknown>[]; namespaces: Record<string, unknown>[] };
  const broken = structuredClone(snapshot);
  Object.assign(broken.processes[2] ?? {}, { pid: 'x' });
  refuse(write(JSON.stringify(broken)), /not a valid snapshot: \/processes\/2\/pid/);
  const more = structuredClone(snapshot);
  Object.assign(more.namespaces[0] ?? {}, { type: 'net2' });
  refuse(write(JSON.stringify(more)), /\/namespaces\/0/);
  refuse(
    write(JSON.stringify({ ...snapshot, surprise: 1 })),
    /not a valid snapshot: \/surprise is not known to the schema$/,
  );
});

test('An empty file, one of bytes, a directory and none at all are told apart.', () => {
  refuse(write(''), /is empty/);
  refuse(write(' \n'), /is empty/);
  refuse(write(Uint8Array.from({ length: 256 }, (_, i) => i)), /is not JSON: line 1, column 1/);
  refuse(directory, /cannot read .*: EISDIR/);
  refuse(join(directory, 'none.json'), /ENOENT/);
  assert.throws(() => loadSnapshot(''), { name: 'UsageError', message: 'cannot read the file "": ENOENT' });
});

test('Every reading verb exits with 2 and one sentence, from a file and from standard input.', () => {
  const cut = write(whole.slice(0, 100));
  const verbs = [['ls'], ['snapshot'], ['show', '1'], ['ps'], ['tree'], ['pid', '1'], ['listns']];
  for (const { words, status, stdout, stderr } of runInTurn(verbs.map((verb) => [...verb, '--from', cut]))) {
    assert.equal(status, 2, words.join(' '));
    assert.equal(stdout, '');
    assert.match(stderr, /^nscope: .*host\.json is not JSON: .*\n$/);
  }
  const { status, stderr } = runNscope(['ls', '--from', '-'], '{"schema":');
  assert.equal(status, 2);
  assert.match(stderr, /^nscope: standard input is not JSON: it ends too early/);
});

test('A snapshot goes through a pipe and is listed.', () => {
  const file = write(whole);
  const piped = spawnSync(
    'sh',
    ['-c', '"$0" "$1" snapshot --from "$2" | "$0" "$1" ls --from - --json', process.execPath, main, file],
    { encoding: 'utf8' },
  );
  assert.equal(piped.status, 0, piped.stderr);
  const { namespaces } = JSON.parse(piped.stdout) as { namespaces: unknown[] };
  assert.deepEqual(namespaces, (JSON.parse(whole) as { namespaces: unknown[] }).namespaces);
});
