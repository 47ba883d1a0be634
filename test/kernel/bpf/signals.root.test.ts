import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { missing } from '../../tiers.ts';

const module = new URL('../../../src/kernel/bpf/run.js', import.meta.url).href;
const script = `import { readBpfTasks } from ${JSON.stringify(module)};
const reading = readBpfTasks();
console.log('bytes' in reading ? 'read' : reading.refused.code);`;

test('Signals that come while a BPF program is loaded, as those of a profiler, do not stop it.', {
  skip: missing({ root: true }),
}, () => {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-profile-'));
  try {
    const read = (...words: string[]) =>
      spawnSync(process.execPath, [...words, '--input-type=module', '-e', script], { encoding: 'utf8' }).stdout;
    const quiet = read();
    assert.match(quiet, /^(read|E[A-Z0-9]+)\n$/);
    assert.notEqual(quiet, 'EAGAIN\n');
    // A signal every 100 µs; loading takes several milliseconds.
    assert.equal(read('--cpu-prof', '--cpu-prof-interval=100', `--cpu-prof-dir=${directory}`), quiet);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
