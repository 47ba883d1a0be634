import assert from 'node:assert/strict';
import { mkdtempSync, readlinkSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { collectSnapshot } from '../../src/index.ts';
import { isKnown } from '../../src/model/snapshot/known.ts';
import type { MountView } from '../../src/model/snapshot/schema.ts';
import type { ConditionName } from '../../src/model/snapshot/wanted.ts';
import { hold, readLinksOf } from '../held-process.ts';
import { missing } from '../tiers.ts';

const skip = missing({ root: true, commands: ['unshare', 'mount'] });

function viewOf(inode: number): MountView {
  const views = collectSnapshot().conditions?.mountViews;
  assert.ok(views && isKnown(views), 'mount views were read');
  const view = views.find((one) => one.inode === inode);
  assert.ok(view, `mnt:[${inode}] has a view`);
  return view;
}

test('A mount namespace is seen with its procfs, its pins, its peers and the directories of the host.', {
  skip,
}, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-views-'));
  const inner = `mount -t proc -o ro proc /proc; echo made; exec sleep 60`;
  const outer = `mount -t tmpfs t ${directory} && mount --make-shared ${directory} && touch ${directory}/pin && mount --bind /proc/self/ns/uts ${directory}/pin && unshare -pmf --propagation unchanged sh -c '${inner}'; :`;
  const held = await hold('unshare', ['-mu', 'sh', '-c', outer]);
  try {
    const made = collectSnapshot();
    const parentOf = (pid: number) => made.processes.find((one) => one.pid === pid)?.ppid;
    const child = made.processes.find(
      ({ ppid, comm, pids }) => comm === 'sleep' && pids.at(-1) === 1 && parentOf(ppid) === held.pid,
    );
    assert.ok(child, 'the process in the inner mount namespace');
    const { mnt, pid } = readLinksOf(child.pid);
    const around = readLinksOf(held.pid);
    const view = viewOf(mnt);
    assert.equal(readLinksOf(view.pid).mnt, mnt);
    const proc = view.proc.filter(({ path }) => path === '/proc');
    assert.deepEqual(proc, [{ path: '/proc', pidNamespace: pid, readOnly: true, covered: [] }]);
    const shared = view.shared.find(({ path }) => path === directory);
    assert.deepEqual(shared?.with, [around.mnt]);
    const pin = view.pins.find(({ path }) => path === `${directory}/pin`);
    assert.deepEqual([pin?.type, pin?.inode, pin?.propagates], ['uts', around.uts, true]);
    assert.equal(view.hostRoot, true);
    assert.ok(view.hostDirectories.length > 0, 'a copy of the host has what the host has mounted');
  } finally {
    await held.end();
    rmdirSync(directory);
  }
});

test('Of several processes the one that is not in a chroot is asked, and where all are nscope looks itself.', {
  skip,
}, async () => {
  const held = await hold('unshare', ['-m', 'sh', '-c', 'chroot /usr sleep 60 & echo made; sleep 60; :']);
  try {
    const { mnt } = readLinksOf(held.pid);
    const view = viewOf(mnt);
    assert.equal(view.cut, undefined);
    assert.ok(view.proc.some(({ path }) => path === '/proc'));
  } finally {
    await held.end();
  }
  const alone = await hold('unshare', ['-m', 'sh', '-c', 'echo made; exec chroot /usr sleep 60']);
  try {
    const { mnt } = readLinksOf(alone.pid);
    for (let left = 100; left > 0 && readlinkSync(`/proc/${alone.pid}/root`) === '/'; left--) viewOf(mnt);
    assert.equal(readlinkSync(`/proc/${alone.pid}/root`), '/usr');
    const view = viewOf(mnt);
    assert.deepEqual([view.pid, view.cut, view.hostRoot], [alone.pid, undefined, true]);
    assert.ok(view.proc.some(({ path }) => path === '/proc'));
  } finally {
    await alone.end();
  }
});

test('What verdicts need of mounts is the same where it follows from all mounts and where it is read alone.', {
  skip,
}, async () => {
  // A root that was moved over that of the host: the kernel's list has what lies below it, a process sees none of that.
  const steps = ['mount -t tmpfs t /mnt', 'mkdir /mnt/usr /mnt/lib /mnt/lib64 /mnt/bin /mnt/proc'];
  const binds = ['usr', 'lib', 'lib64', 'bin', 'proc'].map((name) => `mount --rbind /${name} /mnt/${name}`);
  const moved = [...steps, ...binds, 'cd /mnt', 'mount --move . /', 'echo made', 'exec chroot . sleep 60'];
  const held = await hold('unshare', ['-m', 'sh', '-c', moved.join(' && ')]);
  try {
    const alone = readViews(['mountViews']);
    const derived = readViews(['mounts', 'mountViews']);
    const own = readLinksOf(held.pid).mnt;
    const both = [...alone.keys()].filter((inode) => derived.has(inode));
    assert.ok(both.includes(own) && both.length > 1, `${both.length} views`);
    for (const inode of both) assert.deepEqual(derived.get(inode), alone.get(inode));
    assert.equal(alone.get(own)?.hostRoot, false);
  } finally {
    await held.end();
  }
});

/** By inode; without the process, which may be another. */
function readViews(conditions: readonly ConditionName[]): Map<number, Omit<MountView, 'pid'>> {
  const views = collectSnapshot({ conditions }).conditions?.mountViews;
  assert.ok(views && isKnown(views));
  return new Map(views.map(({ pid: _, ...view }) => [view.inode, view]));
}
