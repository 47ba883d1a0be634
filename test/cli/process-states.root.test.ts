// States that look like others: a leader that ended before its threads, and a frozen control group.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { compile } from '../fixtures/compile.ts';
import { hold, readOnlyChild } from '../held-process.ts';
import { waitUntil } from '../marked-processes.ts';
import { missing } from '../tiers.ts';
import { main, runNscope } from './run-nscope.ts';

const skip = missing({ root: true, commands: ['cc', 'unshare'] });

function readState(pid: number): string {
  const { stdout, stderr } = runNscope(['show', String(pid)]);
  return /^ {2}state +(.*)$/m.exec(stdout)?.[1] ?? assert.fail(stderr);
}

test('A process whose leader has ended lives on in its threads: it is no zombie, and its namespaces do not die.', {
  skip,
}, async () => {
  const program = compile('test/fixtures/ended-leader.c');
  const held = await hold('unshare', ['-pf', '--kill-child', program]);
  try {
    const pid = readOnlyChild(held.pid);
    await waitUntil('the leader has ended', () => /^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'latin1')));
    assert.equal(readState(pid), 'Z, its leader has ended, and a thread lives on');
    const { stdout } = runNscope(['ls', '--type', 'pid', '--json', '--filter', '!initial && processes > 0']);
    const { namespaces } = JSON.parse(stdout) as { namespaces: { inode: number; init?: number }[] };
    const inode = namespaces.find(({ init }) => init === pid)?.inode ?? assert.fail(stdout);
    const shown = JSON.parse(runNscope(['show', `pid:[${inode}]`, '--json']).stdout);
    assert.deepEqual([shown.namespaces[0].life.state, shown.namespaces[0].life.zombies], ['alive', []]);
  } finally {
    await held.end();
  }
});

test('Of a process that is nowhere else but whose thread is, holders names the thread.', { skip }, async () => {
  const held = await hold(compile('test/fixtures/thread-elsewhere.c'), []);
  try {
    const { status, stderr } = runNscope(['holders', String(held.pid)]);
    assert.equal(status, 1);
    assert.match(stderr, new RegExp(`threads of process ${held.pid} are elsewhere; .*: nscope holders ${held.line}`));
    assert.doesNotMatch(stderr, /in no namespace but the boot's own/);
  } finally {
    await held.end();
  }
});

test('holders does not say of a process whose links are refused that it is in no namespace but the boot’s own.', {
  skip: skip || missing({ commands: ['setpriv'] }),
}, async () => {
  const held = await hold('unshare', ['-u', 'sh', '-c', 'echo; exec sleep 600']);
  try {
    const words = [
      '--reuid=65534',
      '--regid=65534',
      '--clear-groups',
      process.execPath,
      main,
      'holders',
      `${held.pid}`,
    ];
    const { status, stderr } = spawnSync('setpriv', words, { encoding: 'utf8' });
    assert.equal(status, 1, stderr);
    assert.match(
      stderr,
      new RegExp(`links of process ${held.pid} are refused: which of these it is in is not known: .*uts`),
    );
    assert.doesNotMatch(stderr, /in no namespace but the boot's own/);
  } finally {
    await held.end();
  }
});

const freezers = [
  ['/sys/fs/cgroup/freezer', 'freezer.state', 'FROZEN', 'THAWED'],
  ['/sys/fs/cgroup', 'cgroup.freeze', '1', '0'],
  ['/sys/fs/cgroup/unified', 'cgroup.freeze', '1', '0'],
] as const;

for (const [root, file, frozen, thawed] of freezers) {
  const version = file === 'cgroup.freeze' ? 'cgroup.controllers' : 'tasks';
  const noFreezer = existsSync(join(root, version)) ? false : `needs ${join(root, version)}`;
  // Of the three places a host has one or two.
  if (noFreezer !== false && freezers.some(([other, , one]) => other !== root && one && existsSync(other))) continue;
  test(`A process whose group is frozen by ${join(root, file)} is not said to wait for a disk.`, {
    skip: skip || noFreezer,
  }, async () => {
    const group = join(root, `nscope-test-${process.pid}`);
    // No loop of a shell: one that starts a program by vfork(2) is in state D until it runs.
    const held = await hold('sh', ['-c', 'echo; exec sleep 600']);
    mkdirSync(join(group, 'inner'), { recursive: true });
    try {
      writeFileSync(join(group, 'inner', 'cgroup.procs'), String(held.pid));
      assert.match(readState(held.pid), /^S, sleeping$|^R, running$/);
      writeFileSync(join(group, file), frozen);
      await sleep(300);
      assert.match(readState(held.pid), /^[DS], frozen, by its control group$/);
    } finally {
      writeFileSync(join(group, file), thawed);
      await held.end();
      await waitUntil('the group is empty', () => readFileSync(join(group, 'inner', 'cgroup.procs'), 'latin1') === '');
      for (const directory of [join(group, 'inner'), group]) rmdirSync(directory);
    }
  });
}
