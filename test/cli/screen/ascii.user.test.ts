// What a terminal gets that shows ASCII alone, or is dumb.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { main, runNscope } from '../run-nscope.ts';

const { LC_ALL: _all, LC_CTYPE: _type, LANG: _lang, NO_COLOR: _no, FORCE_COLOR: _force, ...bare } = process.env;

function run(env: NodeJS.ProcessEnv, ...words: string[]) {
  return runNscope(words, '', { env: { ...bare, ...env }, maxBuffer: 2 ** 26 });
}

const isAscii = /^[\n\x20-\x7e]*$/;

test('In the locale C all that is printed is ASCII, and what processes chose beyond it is escaped.', async () => {
  const title = 'caf\u00e9 \u2026 \u009b31m';
  const held = spawn('sleep', ['600'], { argv0: title, stdio: 'ignore' });
  try {
    await new Promise((resolve) => held.once('spawn', resolve));
    const pid = String(held.pid);
    const tree = run({ LC_ALL: 'C' }, 'ls', '--tree');
    assert.match(tree.stdout, /^[|`]-\w+ /m);
    for (const words of [
      ['tree'],
      ['show', pid],
      ['ps', '-w'],
      ['help', 'ls'],
      ['coverage'],
      ['detect', '--explain'],
    ]) {
      const { stdout, stderr, status } = run({ LC_ALL: 'C' }, ...words);
      assert.ok((status ?? 2) < 2, stderr);
      assert.match(stdout + stderr, isAscii, words.join(' '));
    }
    assert.match(run({ LC_ALL: 'POSIX' }, 'show', pid).stdout, /caf\\xe9 > \\x9b31m 600/);
    assert.match(run({ LC_ALL: 'C.UTF-8' }, 'show', pid).stdout, /caf\u00e9 \u2026 \\x9b31m 600/);
    const [json, utf8] = ['C', 'C.UTF-8'].map((LC_ALL) => run({ LC_ALL }, 'show', '--json', pid).stdout);
    assert.match(json ?? '', isAscii);
    const commandOf = (text = '') =>
      (JSON.parse(text) as { processes: { commandLine: unknown }[] }).processes[0]?.commandLine;
    assert.deepEqual(commandOf(json), [title, '600']);
    assert.deepEqual(commandOf(utf8), [title, '600']);
  } finally {
    held.kill('SIGKILL');
  }
});

test('A pipe gets no escapes, and no line that nscope fills up ends with a blank, also with --wide.', () => {
  // A command line may end with a blank itself.
  const columns = ['-o', 'type,inode,user,owner,name'];
  const runs = [
    ['ls', ...columns],
    ['ls', '-w', '--tree', ...columns],
    ['ps', '-w', '-o', 'pid,user,uts'],
    ['coverage'],
    ['help'],
  ];
  for (const words of runs) {
    const { stdout, status } = run({}, ...words);
    assert.equal(status, 0);
    assert.doesNotMatch(stdout, /\x1b| $/m, words.join(' '));
  }
});

/** What a terminal gets. */
function see(env: NodeJS.ProcessEnv, words: string, input = '') {
  const command = `stty cols 100 rows 20; ${process.execPath} ${main} ${words}`;
  const options = { env: { ...bare, TERM: 'xterm', ...env }, encoding: 'utf8', input, timeout: 60_000 } as const;
  return spawnSync('script', ['-qec', command, '/dev/null'], options);
}

test('top says in a sentence that it cannot be on a dumb terminal, and writes no escape to it.', () => {
  const { stdout, status } = see({ TERM: 'dumb' }, 'top');
  assert.equal(status, 2);
  assert.match(stdout, /^nscope: top needs a terminal that can move its cursor, and TERM is dumb; /m);
  assert.doesNotMatch(stdout, /\x1b/);
});

test('With NO_COLOR top moves its cursor, styles nothing, and marks the chosen line with a sign.', () => {
  const { stdout, status } = see({ NO_COLOR: '1', LC_ALL: 'C' }, 'top --no-bpf', 'q');
  assert.equal(status, 0, stdout);
  assert.match(stdout, /> \w+ +\d{10}/);
  assert.doesNotMatch(stdout, /\x1b\[[\d;]*m/);
  assert.doesNotMatch(stdout, /[^\r\n\x1b\x20-\x7e]/);
});
