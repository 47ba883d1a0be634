// Faults of mounts, made real: the finding, its command, and that it is gone.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { copiedPins } from '../../src/analysis/rules/copied-pins.ts';
import { mountsLeaveChild } from '../../src/analysis/rules/mounts-leave-child.ts';
import { nsfsBelowBind } from '../../src/analysis/rules/nsfs-below-bind.ts';
import { procOfAnotherPidNamespace } from '../../src/analysis/rules/proc-of-another-pid-namespace.ts';
import { type Held, hold, readLinksOf } from '../held-process.ts';
import { missing } from '../tiers.ts';
import { findAbout, runCommand } from './judge-host.ts';

const skip = missing({ root: true, commands: ['unshare', 'nsenter', 'mount', 'umount'] });

function must(command: string, ...words: string[]): void {
  const { status, stderr } = spawnSync(command, words, { encoding: 'utf8', timeout: 20_000 });
  assert.deepEqual([status, stderr], [0, ''], [command, ...words].join(' '));
}

/** A private file system of its own, gone after the test. */
function mountDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-rules-'));
  must('mount', '-t', 'tmpfs', 'nscope-rules', directory);
  t.after(() => {
    must('umount', '-R', directory);
    rmdirSync(directory);
  });
  must('mount', '--make-private', directory);
  return directory;
}

async function holdFor(t: TestContext, ...words: string[]): Promise<Held> {
  const held = await hold('unshare', words);
  t.after(() => held.end());
  return held;
}

const stay = ['sh', '-c', 'echo made; exec sleep 60'];

/** The one process in a pid namespace below, as what `unshare --fork` waits for. */
function childOf({ pid }: Held): number {
  const { stdout } = spawnSync('cat', [`/proc/${pid}/task/${pid}/children`], { encoding: 'utf8' });
  return Number(stdout.trim().split(' ')[0]);
}

test('A pinned mount namespace is told until it is unbindable.', { skip }, async (t) => {
  const directory = mountDirectory(t);
  const held = await holdFor(t, '-m', ...stay);
  const path = join(directory, 'a pin');
  writeFileSync(path, '');
  must('mount', '--bind', `/proc/${held.pid}/ns/mnt`, path);
  const found = findAbout(nsfsBelowBind, { kind: 'path', path });
  assert.equal(found?.severity, 'note');
  // Others may have pins too: theirs are left alone.
  runCommand(found.fixes[0]?.command?.split(' && ').find((one) => one.includes(directory)));
  assert.equal(findAbout(nsfsBelowBind, { kind: 'path', path }), undefined);
});

test('A copy of a pin is a note, and a warning when it alone holds the namespace, until it is unmounted.', {
  skip,
}, async (t) => {
  const directory = mountDirectory(t);
  const path = join(directory, 'net');
  writeFileSync(path, '');
  must('unshare', `--net=${path}`, 'true');
  const { ino: inode } = statSync(path);
  const held = await holdFor(t, '-m', ...stay);
  const { mnt } = readLinksOf(held.pid);
  const subject = { kind: 'namespace', type: 'net', inode } as const;
  const copy = findAbout(copiedPins, subject);
  assert.equal(copy?.severity, 'note');
  must('umount', path);
  const left = findAbout(copiedPins, subject);
  assert.equal(left?.severity, 'warning');
  assert.match(left.says, new RegExp(`net:\\[${inode}\\] is held by a mount in mnt:\\[${mnt}\\] alone`));
  runCommand(left.fixes[0]?.command);
  assert.equal(findAbout(copiedPins, subject), undefined);
});

test('A slave of the host has no copies of its own to tell of.', { skip }, async (t) => {
  const directory = mountDirectory(t);
  must('mount', '--make-shared', directory);
  const path = join(directory, 'net');
  writeFileSync(path, '');
  must('unshare', `--net=${path}`, 'true');
  const { ino: inode } = statSync(path);
  await holdFor(t, '-m', '--propagation', 'slave', ...stay);
  assert.equal(findAbout(copiedPins, { kind: 'namespace', type: 'net', inode }), undefined);
});

test('A tree that is shared with the mount namespace around it is a warning until it is a slave.', {
  skip,
}, async (t) => {
  const inner = "unshare -m --propagation unchanged sh -c 'echo made; exec sleep 60'; :";
  const held = await holdFor(t, '-m', 'sh', '-c', `mount --make-rshared /; ${inner}`);
  const subject = { kind: 'namespace', type: 'mnt', inode: readLinksOf(childOf(held)).mnt } as const;
  const found = findAbout(mountsLeaveChild, subject);
  assert.equal(found?.severity, 'warning');
  assert.match(found.says, new RegExp(`appears in mnt:\\[${readLinksOf(held.pid).mnt}\\]: its whole tree is shared`));
  runCommand(found.fixes[0]?.command);
  assert.equal(findAbout(mountsLeaveChild, subject), undefined);
});

test('Mounts that receive and do not send are no finding.', { skip }, async (t) => {
  const inner = "unshare -m --propagation slave sh -c 'echo made; exec sleep 60'; :";
  const held = await holdFor(t, '-m', 'sh', '-c', `mount --make-rshared /; ${inner}`);
  const { mnt } = readLinksOf(childOf(held));
  assert.equal(findAbout(mountsLeaveChild, { kind: 'namespace', type: 'mnt', inode: mnt }), undefined);
});

test('The /proc around a new pid namespace is a note until the right one is mounted.', { skip }, async (t) => {
  const held = await holdFor(t, '-pf', 'unshare', '-m', ...stay);
  const subject = { kind: 'namespace', type: 'pid', inode: readLinksOf(childOf(held)).pid } as const;
  const found = findAbout(procOfAnotherPidNamespace, subject);
  assert.equal(found?.severity, 'note');
  runCommand(found.fixes[0]?.command);
  assert.equal(findAbout(procOfAnotherPidNamespace, subject), undefined);
});

test('A /proc in which its readers are not is a warning; who only waits outside is none.', { skip }, async (t) => {
  const held = await holdFor(t, '-pf', '--mount-proc', ...stay);
  const { mnt, pid } = readLinksOf(childOf(held));
  assert.equal(findAbout(procOfAnotherPidNamespace, { kind: 'namespace', type: 'mnt', inode: mnt }), undefined);
  const other = await holdFor(t, '-pf', 'nsenter', `--mount=/proc/${held.pid}/ns/mnt`, ...stay);
  const reader = childOf(other);
  const found = findAbout(procOfAnotherPidNamespace, {
    kind: 'namespace',
    type: 'pid',
    inode: readLinksOf(reader).pid,
  });
  assert.equal(found?.severity, 'warning');
  assert.equal(found.says, `/proc of process ${reader} (sleep) shows pid:[${pid}], in which it is not`);
});
