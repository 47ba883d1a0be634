// nscope show of mount namespaces with nothing in them, and of pid namespaces that wait for their first child.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { readMountTables } from '../../../src/kernel/mounts/mount-tables.ts';
import { isKnown } from '../../../src/model/snapshot/known.ts';
import { compile } from '../../fixtures/compile.ts';
import { sightOfKernel } from '../../hiding/expectations.ts';
import { isLinuxSince } from '../../kernels/release.ts';
import { missing } from '../../tiers.ts';
import { runNscope } from '../run-nscope.ts';

const skip = missing({ root: true, commands: ['cc'] });

function hasKthreadd(): boolean {
  return existsSync('/proc/2/stat') && /^2 \(kthreadd\)/.test(readFileSync('/proc/2/stat', 'latin1'));
}

/** A process of test/fixtures/mount-roots.c. */
async function holdKind(kind: string): Promise<{ readonly pid: number; end(): Promise<void> }> {
  const child = spawn(compile('test/fixtures/mount-roots.c'), [kind], { stdio: ['ignore', 'pipe', 'inherit'] });
  const { value } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  assert.equal(value, 'ready', kind);
  return {
    pid: child.pid ?? 0,
    async end() {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

function readRow(label: string, ...words: readonly string[]): string {
  const { stdout, stderr } = runNscope(words);
  const start = new RegExp(`^ {2}${label} +(.*(?:\\n {8,}\\S.*)*)`, 'm').exec(stdout)?.[1];
  return (start ?? assert.fail(stdout + stderr)).replace(/\s+/g, ' ');
}

const waits = /^it waits for its first child, which will be its init$/;
const noInit = /^it has no init: its first child was not born yet, or has ended; which of both is known on Linux 6.18/;

/** Whether the kernel lists its namespaces, and with them how far each pid namespace is. */
function isToldByKernel(): boolean {
  return sightOfKernel() === 'lists';
}

/** As the listing has it. */
function readState(inode: number): unknown {
  const { stdout } = runNscope(['ls', '--json', '--type', 'pid', '--columns', 'inode,state']);
  const { namespaces } = JSON.parse(stdout) as { namespaces: { inode: number; state: unknown }[] };
  return namespaces.find((one) => one.inode === inode)?.state;
}

test('show counts the mounts of a mount namespace.', { skip }, () => {
  const own = readFileSync('/proc/self/mountinfo', 'utf8').split('\n').length - 1;
  const shown = Number(readRow('mounts', 'show', '/proc/self/ns/mnt'));
  // Where others work here mounts come and go.
  assert.ok(Math.abs(shown - own) <= 8, `${shown} beside ${own}`);
});

test('A pid namespace that waits for its first child is said to, where that can be told.', { skip }, async () => {
  const held = await holdKind('unborn');
  try {
    const { stdout } = runNscope(['ps', String(held.pid), '--json']);
    const { processes } = JSON.parse(stdout) as { processes: { tid: number; namespaces: Record<string, unknown> }[] };
    const inode = processes.find(({ tid }) => tid === held.pid)?.namespaces['pid_for_children'];
    if (typeof inode !== 'number') return assert.ok(!isLinuxSince(6, 11), stdout);
    // Up to Linux 7.0 the link tells that it waits, and without BPF does not tell for what.
    for (const more of isLinuxSince(7, 1) ? [[], ['--no-bpf']] : [[]])
      assert.match(
        readRow('state', 'show', `pid:[${inode}]`, ...more),
        isLinuxSince(7, 1) && (more.length > 0 || !isToldByKernel()) ? noInit : waits,
      );
    // Before Linux 6.18 its parent is not known, and whether its processes would be in sight.
    assert.equal(readState(inode), isToldByKernel() ? 'unborn' : 'unknown');
  } finally {
    await held.end();
  }
});

test('A pid namespace that nobody waits to be born in is told from a dead one, where the kernel tells.', {
  skip: skip || missing({ commands: ['nsenter'] }),
}, async () => {
  if (!isLinuxSince(6, 11)) return assertNotMade('unborn-fd');
  const held = await holdKind('unborn-fd');
  try {
    const fds = readdirSync(`/proc/${held.pid}/fd`).map((fd) => `/proc/${held.pid}/fd/${fd}`);
    const link = fds.find((fd) => readlinkSync(fd).startsWith('pid:[')) ?? assert.fail();
    const target = readlinkSync(link);
    const inode = Number(/\d+/.exec(target)?.[0]);
    assert.match(readRow('state', 'show', target), isToldByKernel() ? waits : noInit);
    assert.equal(readState(inode), isToldByKernel() ? 'unborn' : 'no-init');
    assert.match(runNscope(['holders', target]).stdout, isToldByKernel() ? /State: it waits/ : /State: it has no init/);
    // The first process is its init, and with its end the namespace is dead.
    const bear = () => spawnSync('nsenter', [`--pid=${link}`, 'true'], { timeout: 30_000 }).status;
    assert.equal(bear(), 0);
    assert.notEqual(bear(), 0);
    assert.match(readRow('state', 'show', target), isToldByKernel() ? /^dead: its init has ended/ : noInit);
    assert.equal(readState(inode), isToldByKernel() ? 'dead' : 'no-init');
  } finally {
    await held.end();
  }
});

/** An older kernel has no such thing. */
function assertNotMade(kind: string): void {
  const { stdout, status } = spawnSync(compile('test/fixtures/mount-roots.c'), [kind], { encoding: 'utf8' });
  assert.match(stdout, /^failed \d+\n$/, kind);
  assert.equal(status, 1);
}

test('An empty mount namespace is called that.', { skip }, async () => {
  if (!isLinuxSince(7, 1)) return assertNotMade('empty');
  const held = await holdKind('empty');
  try {
    const target = readlinkSync(`/proc/${held.pid}/ns/mnt`);
    assert.equal(readRow('mounts', 'show', target), 'none: an empty mount namespace, whose root is nullfs');
    const { namespaces } = JSON.parse(runNscope(['show', '--json', target]).stdout);
    assert.deepEqual(namespaces[0].mounts, { mounts: 0, nullfsRoot: true });
  } finally {
    await held.end();
  }
});

test('A process whose root is in failfs is entered with the root of its mount namespace, and is in no group.', {
  skip,
}, async () => {
  if (!isLinuxSince(7, 3)) return assertNotMade('failfs');
  const held = await holdKind('failfs');
  try {
    const links = ['mnt', 'uts'].map((type) => readlinkSync(`/proc/${held.pid}/ns/${type}`));
    const script = 'readlink /proc/self/ns/mnt /proc/self/ns/uts';
    const entered = runNscope(['enter', String(held.pid), '--', 'sh', '-c', script]);
    assert.deepEqual(entered.stdout.trim().split('\n'), links, entered.stderr);
    const refused = runNscope(['enter', '--root', 'target', String(held.pid), '--', 'true']);
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /it is in failfs; --root caller does without it/);
    const { groups, ungrouped, score, chrooted } = JSON.parse(runNscope(['groups', '--json']).stdout) as {
      groups: { pids: number[] }[];
      ungrouped: { pid: number }[];
      score: Record<string, number>;
      chrooted: unknown[];
    };
    assert.ok(!groups.some(({ pids }) => pids.includes(held.pid) || pids.includes(2)));
    for (const pid of [2, held.pid])
      assert.ok(
        ungrouped.some((one) => one.pid === pid),
        String(pid),
      );
    assert.deepEqual([score['wronglySplit'], score['wronglyJoined'], chrooted], [0, 0, []]);
  } finally {
    await held.end();
  }
});

test('The mounts of a mount namespace whose one process has its root in failfs are told whole, by each way.', {
  skip,
}, async () => {
  if (!isLinuxSince(7, 3)) return assertNotMade('failfs');
  const held = await holdKind('failfs');
  try {
    assert.equal(readFileSync(`/proc/${held.pid}/mountinfo`, 'utf8'), '');
    const inode = Number(/\d+/.exec(readlinkSync(`/proc/${held.pid}/ns/mnt`))?.[0]);
    const { stdout, stderr, status } = runNscope(['mounts', String(held.pid), '--json']);
    const { mountNamespace, mounts, lacks } = JSON.parse(stdout) as {
      mountNamespace: number;
      mounts: { mountPoint: string }[];
      lacks: string[];
    };
    assert.deepEqual([status, mountNamespace, lacks], [0, inode, []], stderr);
    assert.ok(mounts.some(({ mountPoint }) => mountPoint === '/proc'));
    // Without the ids of the kernel several processes are tried, and then nscope looks itself.
    const question = { inode, id: undefined, own: false, pids: [held.pid], paths: [], mayBeLocked: false };
    const [inside] = readMountTables([question], { statmount: false, mountinfo: true });
    assert.ok(inside && isKnown(inside.mounts));
    assert.deepEqual([inside.via, inside.pid, inside.cut], ['mountinfo', undefined, undefined]);
    assert.equal(inside.mounts.length, mounts.length);
  } finally {
    await held.end();
  }
});

test('An ordinary user is told where kernel threads are, whether they see mounts or not.', {
  skip:
    skip ||
    missing({ commands: ['setpriv'] }) ||
    (hasKthreadd() ? false : 'needs kthreadd, of the initial pid namespace'),
}, () => {
  const words = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath];
  const main = new URL('../../../src/cli/main.js', import.meta.url).pathname;
  return new Promise<void>((settle, fail) => {
    const child = spawn('setpriv', [...words, main, 'show', '2', '--json'], { stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.on('data', (bytes) => {
      text += bytes;
    });
    child.once('error', fail);
    child.once('close', () => {
      try {
        const { processes } = JSON.parse(text) as {
          processes: { pid: number; kernelThread: boolean; inferred?: { mnt?: object } }[];
        };
        assert.equal(processes[0]?.kernelThread, true);
        // Before, no fixed number says which is the boot's own.
        if (isLinuxSince(6, 17)) assert.ok(processes[0].inferred?.mnt, text);
        settle();
      } catch (error) {
        fail(error);
      }
    });
  });
});
