// What another user may have shaped is read, and nothing that is laid in its place makes nscope wait or read for ever.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readDirectory, readIdentity, readTextFile } from '../../../src/kernel/files/files.ts';
import {
  listShapedDirectory,
  lookAtShaped,
  openShapedSocket,
  readShapedFile,
  readShapedLink,
} from '../../../src/kernel/files/shaped-files.ts';
import { isKnown } from '../../../src/model/snapshot/known.ts';
import { countDescriptors } from '../open-descriptors.ts';

const maxBytes = 2 ** 24;
const trusts = (uid: number) => uid === 0 || uid === process.geteuid?.();
const read = (path: string) => readShapedFile({ path, links: 'directories', trusts }, maxBytes);

function makeDirectory(t: TestContext): (name: string) => string {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-shaped-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return (name) => join(directory, name);
}

test('A plain file of one’s own or of root’s is read whole; links, pipes, directories, devices and what is too large are not.', (t) => {
  const at = makeDirectory(t);
  const text = JSON.stringify({ name: 'wéb', rest: 'x'.repeat(100_000) });
  writeFileSync(at('plain'), text);
  const before = countDescriptors();
  assert.equal(read(at('plain')), text);
  assert.ok(isKnown(read('/etc/passwd')));
  symlinkSync(at('plain'), at('link'));
  assert.equal(spawnSync('mkfifo', [at('pipe')]).status, 0);
  writeFileSync(at('large'), '');
  truncateSync(at('large'), maxBytes + 1);
  const refused = ['link', 'pipe', 'large', 'absent', '.'].map((name) => read(at(name)));
  refused.push(read('/dev/zero'), read('/dev/null'));
  for (const answer of refused) assert.ok(!isKnown(answer));
  assert.deepEqual(read(at('link')), {
    unknown: 'unsupported',
    errno: 'ELOOP',
    detail: `refused: ${at('link')} is a symbolic link`,
  });
  assert.deepEqual(read(at('pipe')), {
    unknown: 'unsupported',
    errno: 'EINVAL',
    detail: `refused: ${at('pipe')} is not a regular file`,
  });
  assert.deepEqual(read(at('absent')), { unknown: 'gone', errno: 'ENOENT' });
  assert.ok(!isKnown(openShapedSocket({ path: at('plain') })));
  assert.equal(countDescriptors(), before);
});

test('Links within a root stay in it, also absolute ones, "..", and those that go round in a circle.', (t) => {
  const at = makeDirectory(t);
  mkdirSync(at('root/inner'), { recursive: true });
  writeFileSync(at('root/inner/file'), 'inside');
  writeFileSync(at('file'), 'outside');
  symlinkSync('/inner', at('root/absolute'));
  symlinkSync('../../../../inner', at('root/up'));
  symlinkSync('/etc', at('root/etc'));
  symlinkSync('circle', at('root/circle'));
  symlinkSync(`/proc/${process.pid}/root`, at('root/magic'));
  const inRoot = (path: string, links: 'none' | 'directories' | 'all') =>
    readShapedFile({ root: at('root'), path, links }, 100);
  for (const path of ['/inner/file', 'absolute/file', '/up/file', '../../inner/./file', 'inner//../inner/file'])
    assert.equal(inRoot(path, 'directories'), 'inside', path);
  for (const path of ['/etc/passwd', '/magic/etc/passwd', '/../file', '/file', 'circle/file', '/inner/file/x'])
    assert.ok(!isKnown(inRoot(path, 'all')), path);
  assert.ok(!isKnown(inRoot('absolute/file', 'none')));
  assert.equal(readShapedLink({ root: at('root'), path: '/absolute' }), '/inner');
  assert.equal(readShapedLink({ path: at('root/etc') }), '/etc');
  assert.ok(!isKnown(readShapedLink({ path: at('file') })));
});

test('A file of somebody who is not trusted is not read, nor one that lies in a directory of his.', (t) => {
  const at = makeDirectory(t);
  writeFileSync(at('file'), 'mine');
  const own = process.geteuid?.();
  const nobody = () => false;
  const others = (uid: number) => uid !== own;
  assert.ok(isKnown(readShapedFile({ path: at('file'), trusts }, 100)));
  for (const trust of [nobody, others])
    assert.match(JSON.stringify(readShapedFile({ path: at('file'), trusts: trust }, 100)), /EPERM.*belongs to uid/);
});

test('A directory is listed up to a number of names, and one that may not be read says so.', (t) => {
  const at = makeDirectory(t);
  mkdirSync(at('many'));
  writeFileSync(at('many/000'), '');
  for (let i = 1; i < 900; i++) linkSync(at('many/000'), at(`many/${String(i).padStart(3, '0')}`));
  const all = listShapedDirectory({ path: at('many') }, 1000);
  assert.ok(isKnown(all) && all.names.length === 900 && !all.cut);
  assert.deepEqual(all.names.slice(0, 2), ['000', '001']);
  const some = listShapedDirectory({ path: at('many') }, 10);
  assert.ok(isKnown(some) && some.names.length === 10 && some.cut);
  chmodSync(at('many'), 0o000);
  if (process.geteuid?.() !== 0)
    assert.deepEqual(listShapedDirectory({ path: at('many') }, 10), { unknown: 'denied', errno: 'EACCES' });
  chmodSync(at('many'), 0o700);
  const look = lookAtShaped({ path: at('many') });
  assert.ok(isKnown(look) && look.type === 'directory');
  assert.ok(!isKnown(listShapedDirectory({ path: at('many/000') }, 10)));
});

test('What reads the kernel’s own files refuses every path that leads to files of users.', () => {
  assert.ok(isKnown(readTextFile('/proc/self/status')) && isKnown(readDirectory('/proc/self/fd')));
  for (const path of [
    '/etc/passwd',
    '/proc/1/root/etc/passwd',
    '/proc/self/cwd',
    '/proc/self/fd/0',
    '/proc/../etc/passwd',
  ])
    for (const reader of [readTextFile, readDirectory, readIdentity])
      assert.throws(() => reader(path), TypeError, path);
});
