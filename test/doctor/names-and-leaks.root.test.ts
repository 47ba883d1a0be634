// Names and namespaces that were left behind, made for real, found by the library, and gone by the fix that is printed.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { hold } from '../held-process.ts';
import { missing } from '../tiers.ts';
import { about, applyFixes, diagnose } from './findings-of-host.ts';

const skip = missing({ root: true, commands: ['ip', 'unshare', 'nsenter', 'umount', 'mount'] });
const directory = '/run/netns';
const name = `nscope-${process.pid}`;
const later = 120_000;
let made = false;

before(() => {
  made = skip === false && !existsSync(directory);
  if (skip === false) mkdirSync(directory, { recursive: true });
});
after(() => {
  if (!made || readdirSync(directory).length > 0) return;
  // ip netns mounts the directory on itself.
  try {
    execFileSync('umount', [directory], { stdio: 'ignore' });
  } catch {
    // It was not used.
  }
  rmdirSync(directory);
});

test('A file, a directory and a dangling link in /run/netns are found until they are removed.', { skip }, async () => {
  const path = (kind: string) => join(directory, `${name}-${kind}`);
  const held = await hold('unshare', ['--net', 'sh', '-c', 'echo ready; exec sleep 60']);
  writeFileSync(path('file'), '');
  mkdirSync(path('directory'));
  symlinkSync(`/proc/${held.pid}/ns/net`, path('link'));
  const find = (kind: string) => about(diagnose('name-of-nothing', later), { kind: 'path', path: path(kind) });
  try {
    assert.deepEqual(find('link'), [], 'the process runs');
    await held.end();
    for (const kind of ['file', 'directory', 'link']) {
      const [found] = find(kind);
      assert.equal(found?.severity, 'warning', kind);
      applyFixes(found);
      assert.deepEqual(find(kind), []);
      assert.equal(existsSync(path(kind)), false);
    }
  } finally {
    await held.end();
    for (const kind of ['file', 'directory', 'link']) rmSync(path(kind), { recursive: true, force: true });
  }
});

test('A network namespace under a name of CNI is found when nothing runs in it, and one of ip netns is not.', {
  skip,
}, async () => {
  const cni = `cni-0a1b2c3d-0000-4000-8000-${String(process.pid).padStart(12, '0')}`;
  execFileSync('ip', ['netns', 'add', cni]);
  execFileSync('ip', ['netns', 'add', name]);
  const subject = (file: string) => ({ kind: 'path', path: join(directory, file) }) as const;
  try {
    const { ino } = statSync(join(directory, name));
    const namespace = { kind: 'namespace', type: 'net', inode: ino } as const;
    for (const code of ['workload-ended-pinned', 'namespace-leaked'])
      assert.deepEqual(about(diagnose(code, later), namespace), [], code);
    const held = await hold('nsenter', [`--net=${join(directory, cni)}`, 'sh', '-c', 'echo ready; exec sleep 60']);
    try {
      assert.deepEqual(about(diagnose('workload-ended-pinned', later), subject(cni)), []);
    } finally {
      await held.end();
    }
    assert.deepEqual(about(diagnose('workload-ended-pinned'), subject(cni)), [], 'it may be being set up');
    const [found] = about(diagnose('workload-ended-pinned', later), subject(cni));
    assert.equal(found?.severity, 'warning');
    applyFixes(found);
    assert.deepEqual(about(diagnose('workload-ended-pinned', later), subject(cni)), []);
    assert.equal(existsSync(join(directory, cni)), false);
  } finally {
    execFileSync('ip', ['netns', 'del', name]);
    if (existsSync(join(directory, cni))) execFileSync('ip', ['netns', 'del', cni]);
  }
});

test('A namespace that is mounted only where no process is any more is leaked.', { skip }, async () => {
  const room = mkdtempSync(join(tmpdir(), 'nscope-leaked-'));
  const file = join(room, 'net');
  writeFileSync(file, '');
  const inside = await hold('unshare', [
    ...['--mount', '--propagation', 'private', 'sh', '-c'],
    `unshare --net=${file} readlink /proc/self/ns/net; exec sleep 60`,
  ]);
  const subject = { kind: 'namespace', type: 'net', inode: Number(/\d+/.exec(inside.line)?.[0]) } as const;
  const keeper = await hold('sh', ['-c', `exec 3</proc/${inside.pid}/ns/mnt; echo ready; exec sleep 60`]);
  try {
    assert.deepEqual(about(diagnose('namespace-leaked'), subject), [], 'a process can reach it');
    await inside.end();
    const [found] = about(diagnose('namespace-leaked'), subject);
    assert.equal(found?.severity, 'warning');
    assert.match(found.seen.join('\n'), new RegExp(`bind mount on ${file} in mnt:`));
    await keeper.end();
    assert.deepEqual(about(diagnose('namespace-leaked'), subject), []);
  } finally {
    await inside.end();
    await keeper.end();
    rmSync(room, { recursive: true });
  }
});

test('A process that cannot fork any more, and a dead pid namespace that is mounted, are found.', {
  skip,
}, async () => {
  const room = mkdtempSync(join(tmpdir(), 'nscope-dead-'));
  const file = join(room, 'pid');
  writeFileSync(file, '');
  // The first child is the init of the new pid namespace, and ends.
  const parent = await hold('unshare', ['--pid', 'sh', '-c', '/bin/true; echo ready; exec sleep 60']);
  try {
    const find = () => about(diagnose('dead-pid-namespace'), { kind: 'process', pid: parent.pid });
    const [found] = find();
    assert.equal(found?.severity, 'error');
    applyFixes(found);
    await parent.end();
    assert.deepEqual(find(), []);
    execFileSync('unshare', [`--pid=${file}`, '--fork', 'true']);
    const subject = { kind: 'namespace', type: 'pid', inode: statSync(file).ino } as const;
    const [mounted] = about(diagnose('dead-pid-namespace'), subject);
    assert.equal(mounted?.severity, 'warning');
    applyFixes(mounted);
    assert.deepEqual(about(diagnose('dead-pid-namespace'), subject), []);
    assert.equal(existsSync(file), false);
  } finally {
    await parent.end();
    rmSync(room, { recursive: true });
  }
});
