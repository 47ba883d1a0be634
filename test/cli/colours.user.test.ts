// When output is coloured, which a person, a pipe and the environment decide together.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { main, runNscope } from './run-nscope.ts';

const { FORCE_COLOR: _force, NO_COLOR: _no, CI: _ci, ...bare } = process.env;

function countEscapes(env: NodeJS.ProcessEnv): number {
  const { status, stdout, stderr } = runNscope(['ls'], '', { env: { ...bare, ...env } });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /TYPE/);
  return stdout.split('\x1b').length - 1;
}

test('A pipe gets no colours, also where CI is set, unless FORCE_COLOR asks for them and NO_COLOR does not forbid.', () => {
  assert.equal(countEscapes({}), 0);
  assert.equal(countEscapes({ CI: 'true', TERM: 'xterm-256color' }), 0);
  assert.equal(countEscapes({ FORCE_COLOR: '0' }), 0);
  assert.notEqual(countEscapes({ FORCE_COLOR: '1' }), 0);
  assert.equal(countEscapes({ FORCE_COLOR: '1', NO_COLOR: '1' }), 0);
});

test('A terminal gets colours, unless it is dumb or NO_COLOR is set.', () => {
  const seen = (env: NodeJS.ProcessEnv) => {
    const command = `${process.execPath} ${main} ls`;
    const options = { env: { ...bare, TERM: 'xterm', ...env }, encoding: 'utf8' } as const;
    const { status, stdout, stderr } = spawnSync('script', ['-qec', command, '/dev/null'], options);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /TYPE/);
    return stdout.includes('\x1b[');
  };
  assert.ok(seen({}));
  assert.ok(!seen({ TERM: 'dumb' }));
  assert.ok(!seen({ NO_COLOR: '1' }));
});

test('A terminal that does not know its size, as on a serial line, gets whole lines.', () => {
  const see = (words: string) => {
    const command = `stty cols 0 rows 0; ${process.execPath} ${main} ${words}`;
    return spawnSync('script', ['-qec', command, '/dev/null'], { env: bare, encoding: 'utf8' }).stdout;
  };
  assert.match(see('ls --nope'), /^nscope: unknown option '--nope'; nscope help ls lists those of ls\r$/m);
  assert.match(see('help ls'), /^Lists every namespace that can be seen, one on a line. A remark on standard/m);
});
