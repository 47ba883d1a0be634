import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadAddon } from '../../../src/kernel/addon/addon.ts';
import { bpfPrograms, readSkeleton } from '../../../src/kernel/bpf/programs.ts';
import { missing } from '../../tiers.ts';

function check(folder: string) {
  return spawnSync(process.execPath, ['scripts/skeletons.js', '--check', '--folder', folder], { encoding: 'utf8' });
}

function copyPrograms(): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'bpf-'));
  cpSync('bpf', folder, { recursive: true });
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}

test('The committed BPF skeletons are current.', () => {
  const { status, stdout, stderr } = check('bpf');
  assert.equal(stderr, '');
  assert.equal(status, 0);
  const sources = readdirSync('bpf').filter((file) => file.endsWith('.bpf.c'));
  assert.ok(sources.length >= 5);
  assert.match(stdout, new RegExp(`^skeletons: ${sources.length} current`));
});

test('A change of a program or a header makes its skeletons out of date.', () => {
  const { folder, remove } = copyPrograms();
  try {
    appendFileSync(join(folder, 'reader.h'), '/* more */\n');
    const { status, stderr } = check(folder);
    assert.equal(status, 1);
    assert.match(stderr, /files\.skel is older than its sources/);
    assert.doesNotMatch(stderr, /superblocks\.skel/, 'it does not include that header');
  } finally {
    remove();
  }
});

test('A skeleton that is missing, and one without a source, are told.', () => {
  const { folder, remove } = copyPrograms();
  try {
    rmSync(join(folder, 'skeletons', 'tasks.skel'));
    rmSync(join(folder, 'threads.bpf.c'));
    const { status, stderr } = check(folder);
    assert.equal(status, 1);
    assert.match(stderr, /tasks\.skel is missing/);
    assert.match(stderr, /threads\.skel has no source/);
  } finally {
    remove();
  }
});

const skip = missing({ commands: ['clang'] });

test('Building the skeletons again with the same tools gives the same bytes.', { skip }, (context) => {
  const { stdout } = check('bpf');
  const others = /bytes not compared for \d+: (.*) here/.exec(stdout)?.[1];
  if (others !== undefined) return context.skip(`needs the clang that made them; ${others} is here`);
  assert.match(stdout, /bytes equal/);
});

test('A stored skeleton has the programs that it is said to have, and a cut one is an error.', () => {
  const found = loadAddon();
  assert.ok('addon' in found);
  for (const [name, { types }] of Object.entries(bpfPrograms)) {
    const bytes = readSkeleton(name as keyof typeof bpfPrograms);
    if (name !== 'events' && name !== 'lifetimes') assert.equal(bytes.readUInt32LE(12), types.length, name);
    for (const wrong of [bytes.subarray(0, bytes.length - 8), bytes.subarray(0, 100), Buffer.from('no skeleton')])
      assert.throws(() => found.addon.bpfStart(wrong, Uint32Array.of(0), 0, 0, null), TypeError);
    assert.throws(() => found.addon.bpfStart(bytes, Uint32Array.of(64), 0, 0, null), TypeError);
  }
});
