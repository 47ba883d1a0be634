// Whether anybody else can put something at a path: real files, as root makes them.
import assert from 'node:assert/strict';
import { chmodSync, chownSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isGuardedPath } from '../../../src/kernel/files/guarded-path.ts';
import { askProcess } from '../../../src/kernel/process/process-directory.ts';
import { isKnown } from '../../../src/model/snapshot/known.ts';
import { missing } from '../../tiers.ts';

const skip = missing({ root: true });
const roots = new Set([0]);

test('A path is guarded where each part of it is root’s, and nobody else may write there.', { skip }, (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-guard-'));
  chmodSync(directory, 0o755);
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const make = (name: string, mode: number, uid = 0, gid = 0) => {
    const path = join(directory, name);
    mkdirSync(path);
    chmodSync(path, mode);
    chownSync(path, uid, gid);
    writeFileSync(join(path, 'file'), '');
    return path;
  };
  const verdicts = [
    [make('plain', 0o755), true],
    [make('group-of-root', 0o775), true],
    [make('group', 0o775, 0, 50), false],
    [make('all', 0o777), false],
    [make('theirs', 0o755, 1000), false],
    // Nobody can replace what is root's, but put a hard link there.
    [make('sticky', 0o1777), false],
  ] as const;
  for (const [path, expected] of verdicts) assert.equal(isGuardedPath(join(path, 'file'), roots), expected, path);
  const inSticky = join(directory, 'sticky/own');
  mkdirSync(inSticky);
  writeFileSync(join(inSticky, 'file'), '');
  assert.equal(isGuardedPath(join(inSticky, 'file'), roots), true);
  symlinkSync(join(directory, 'plain'), join(directory, 'link'));
  assert.equal(isGuardedPath(join(directory, 'link/file'), roots), false);
  assert.equal(isGuardedPath(`${directory}/plain/../plain/file`, roots), false);
  assert.equal(isGuardedPath('plain/file', roots), false);
  assert.equal(isGuardedPath(join(directory, 'theirs/file'), new Set([0, 1000])), true);
});

test('What is gone, and what others may write to, is guarded by its place where only that is asked.', { skip }, (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-guard-'));
  chmodSync(directory, 0o755);
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'file');
  assert.equal(isGuardedPath(path, roots), false);
  assert.equal(isGuardedPath(path, roots, { mayBeGone: true }), true);
  writeFileSync(path, '');
  chmodSync(path, 0o666);
  linkSync(path, join(directory, 'other'));
  assert.equal(isGuardedPath(path, roots), false);
  assert.equal(isGuardedPath(path, roots, { mayBeWritten: true }), true);
});

test('A process tells who runs it and which program, and one that is not there is gone.', () => {
  const own = askProcess(process.pid, ({ uids, readProgram }) => ({ uids, ...readProgram() }));
  assert.ok(isKnown(own));
  assert.deepEqual([own.uids[0], own.path], [process.getuid?.(), process.execPath]);
  const absent = askProcess(4_194_304, ({ uids }) => uids);
  assert.ok(!isKnown(absent) && absent.unknown === 'gone');
});
