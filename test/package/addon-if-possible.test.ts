// What npm start does on a machine without make or a compiler.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

function build(programs: Readonly<Record<string, string>>) {
  const path = mkdtempSync(join(tmpdir(), 'nscope-programs-'));
  try {
    for (const [name, script] of Object.entries(programs)) {
      writeFileSync(join(path, name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(path, name), 0o755);
    }
    const { CC: _, ...env } = process.env;
    return spawnSync(process.execPath, ['scripts/addon-if-possible.js'], {
      env: { ...env, PATH: path },
      encoding: 'utf8',
    });
  } finally {
    rmSync(path, { recursive: true });
  }
}

test('Without make or a compiler the addon is left out, and that is said.', () => {
  const none = build({});
  assert.equal(none.status, 0);
  assert.match(none.stderr, /^nscope: built without its addon, which sees more: make and cc not found \(Debian: /);
  const compilerMissing = build({ make: 'exit 9' });
  assert.equal(compilerMissing.status, 0);
  assert.match(compilerMissing.stderr, /: cc not found/);
});

test('A build of the addon that fails is a failure.', () => {
  assert.equal(build({ make: 'exit 9', cc: 'exit 0' }).status, 9);
  assert.equal(build({ make: 'exit 0', cc: 'exit 0' }).status, 0);
});
