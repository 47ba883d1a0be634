// What engines keep is read, and nothing that is laid in its place makes nscope wait or read for ever.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readSocketOwner, readStateFile } from '../../src/kernel/state-file.ts';
import { isKnown } from '../../src/model/known.ts';

test('A plain file of one’s own or of root’s is read whole; links, pipes, directories, devices and what is too large are not.', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-state-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const at = (name: string) => join(directory, name);
  const text = JSON.stringify({ name: 'wéb', rest: 'x'.repeat(10_000) });
  writeFileSync(at('plain'), text);
  assert.equal(readStateFile(at('plain')), text);
  assert.ok(isKnown(readStateFile('/etc/passwd')));
  symlinkSync(at('plain'), at('link'));
  assert.equal(spawnSync('mkfifo', [at('pipe')]).status, 0);
  writeFileSync(at('large'), '');
  truncateSync(at('large'), 2 ** 24 + 1);
  const refused = ['link', 'pipe', 'large', 'absent'].map((name) => readStateFile(at(name)));
  refused.push(readStateFile(directory), readStateFile('/dev/zero'));
  for (const answer of refused) assert.ok(!isKnown(answer));
  assert.deepEqual(readStateFile(at('link')), { unknown: 'unsupported', errno: 'ELOOP' });
  assert.deepEqual(readStateFile(at('absent')), { unknown: 'gone', errno: 'ENOENT' });
  assert.ok(!isKnown(readSocketOwner(at('plain'))));
});
