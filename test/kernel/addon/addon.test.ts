import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

/** What loadAddon says in a process of its own. */
function load(addon: string): { readonly missing?: string; readonly file?: string } {
  const module = new URL('../../../src/kernel/addon/addon.js', import.meta.url).href;
  const script = `import { loadAddon } from ${JSON.stringify(module)}; console.log(JSON.stringify(loadAddon()))`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    env: { ...process.env, NSCOPE_ADDON: addon },
  });
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout);
}

test('The addon can be left out, and why it is missing is a sentence.', () => {
  assert.deepEqual(load('none'), { missing: 'the addon was not loaded: NSCOPE_ADDON=none' });
});

test('An addon that cannot be loaded is missing with the reason that the loader gave.', () => {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-addon-'));
  try {
    const file = join(directory, 'broken.node');
    writeFileSync(file, 'no shared object');
    assert.match(load(file).missing ?? '', /^the addon could not be loaded: .*broken\.node: /);
    assert.match(load(join(directory, 'none.node')).missing ?? '', /^the addon could not be loaded: .*none\.node/);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('The build of this checkout is found without being named.', () => {
  assert.match(load('').file ?? '', /build\/native\/nscope\.node$/);
});
