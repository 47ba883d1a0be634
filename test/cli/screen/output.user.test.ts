// What happens when what nscope prints cannot be written, or nobody reads it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { test } from 'node:test';
import { verbNames } from '../../../src/cli/table/verbs.ts';
import { main } from '../run-nscope.ts';

/** Verbs that run for ever, change something, or want a terminal; watch has its own case. */
const others = new Set(['watch', 'top', 'mount', 'run', 'enter', 'init', 'orphan', 'lab', 'unmount', 'ci']);
const words: Readonly<Record<string, readonly string[]>> = {
  show: ['self'],
  pid: ['self'],
  busy: ['/'],
  holders: [`user:${process.pid}`],
  diff: ['self', String(process.ppid)],
  caps: ['self', 'self'],
  why: ['--type', 'uts'],
  completion: ['bash'],
};

function runFull(stdout: number, stderr: number | 'pipe', ...own: readonly string[]) {
  return spawnSync(process.execPath, [main, ...own], {
    encoding: 'utf8',
    stdio: ['ignore', stdout, stderr],
    timeout: 120_000,
  });
}

test('A verb whose output meets a full disk ends with status 2 and says so in a sentence.', () => {
  const full = openSync('/dev/full', 'w');
  try {
    const printing = verbNames.filter((name) => !others.has(name));
    assert.ok(printing.length > 10);
    for (const own of [...printing.map((name) => [name, ...(words[name] ?? [])]), ['--help'], ['watch']]) {
      const { status, stderr } = runFull(full, 'pipe', ...own);
      assert.equal(status, 2, own.join(' '));
      assert.match(stderr, /^nscope: standard output cannot be written: ENOSPC: no space left on device$/m);
      assert.doesNotMatch(stderr, /this is a bug|^\s+at /m, own.join(' '));
    }
  } finally {
    closeSync(full);
  }
});

test('Remarks that cannot be written change neither the output nor the exit status.', () => {
  const full = openSync('/dev/full', 'w');
  try {
    const wrong = runFull(full, full, 'no-such-verb');
    assert.equal(wrong.status, 2);
    const listing = spawnSync(process.execPath, [main, 'ls'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', full],
      timeout: 120_000,
    });
    assert.equal(listing.status, 0);
    assert.match(listing.stdout, /^user +\d+/m);
  } finally {
    closeSync(full);
  }
});

test('A reader that leaves early is no failure, whether of the output alone or of the remarks as well.', () => {
  for (const pipeline of ['"$0" "$@" ls', '"$0" "$@" snapshot', '"$0" "$@" ls 2>&1', '"$0" "$@" no-such-verb 2>&1']) {
    const { stdout, stderr } = spawnSync(
      'bash',
      ['-c', `${pipeline} | true; echo \${PIPESTATUS[0]}`, process.execPath, main],
      { encoding: 'utf8', timeout: 120_000 },
    );
    assert.equal(stdout.trim(), pipeline.includes('no-such-verb') ? '2' : '0', pipeline);
    assert.doesNotMatch(stderr, /this is a bug|^\s+at /m, pipeline);
  }
});
