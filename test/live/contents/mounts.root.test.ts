// Mounts that come and go in chosen mount namespaces, as events of a stream.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { takeSnapshotAside } from '../../../src/live/snapshots/snapshot-aside.ts';
import { watch } from '../../../src/live/watch/watch.ts';
import type { NamespaceEvent, StateElement } from '../../../src/model/live/events.ts';
import { isKnown } from '../../../src/model/snapshot/known.ts';
import { wantProcesses } from '../../../src/model/snapshot/wanted.ts';
import { compile } from '../../fixtures/compile.ts';
import { type Held, hold, readLinksOf } from '../../held-process.ts';
import { countDescriptors } from '../../kernel/open-descriptors.ts';
import { isLinuxSince } from '../../kernels/release.ts';
import { missing } from '../../tiers.ts';
import { watchWhile } from '../watch-for.ts';

const skip = missing({ root: true, commands: ['unshare', 'nsenter', 'mount', 'umount', 'cc'] });
const directory = mkdtempSync(join(tmpdir(), 'nscope-contents-'));
after(() => rmSync(directory, { recursive: true, force: true }));

const hasMarks = isLinuxSince(6, 15);

function makeDirectory(name: string): string {
  const path = join(directory, name);
  mkdirSync(path, { recursive: true });
  return path;
}

function holdMounts(propagation = 'private'): Promise<Held> {
  return hold('unshare', ['-m', '--propagation', propagation, 'sh', '-c', 'echo ready; exec sleep 300']);
}

function inside(pid: number, ...words: readonly string[]): void {
  execFileSync('nsenter', ['-t', String(pid), '-m', ...words]);
}

type MountEvent = Extract<NamespaceEvent, { readonly mountId: unknown }>;

/** The events of mounts at these paths. */
function pick(events: readonly NamespaceEvent[], ...paths: readonly string[]): MountEvent[] {
  return events.flatMap((event) =>
    'mountId' in event && isKnown(event.mount) && paths.includes(event.mount.mountPoint) ? [event] : [],
  );
}

function isMount(kind: MountEvent['event'], path: string, inode?: number): (event: NamespaceEvent) => boolean {
  return (event) =>
    pick([event], path).some(
      ({ event: is, namespace }) => is === kind && (inode ?? namespace.inode) === namespace.inode,
    );
}

function viaOf({ mounts }: StateElement): string | undefined {
  return mounts?.[0]?.via;
}

test('A mount, its move and its end are told, with who did it and both of its ids.', { skip }, async () => {
  const [from, to] = [makeDirectory('from'), makeDirectory('to')];
  const held = await holdMounts();
  const { mnt } = readLinksOf(held.pid);
  const { first, events } = await watchWhile(
    { mounts: [mnt] },
    async (seen) => {
      inside(held.pid, 'mount', '-t', 'tmpfs', 'scratch', from);
      await seen(isMount('mounted', from));
      inside(held.pid, 'mount', '--move', from, to);
      await seen(isMount('remounted', to));
      inside(held.pid, 'umount', to);
      await seen(isMount('unmounted', to));
    },
    0,
  );
  await held.end();
  assert.equal(viaOf(first), hasMarks ? 'fanotify' : 'mountinfo');
  const [mounted, moved, unmounted, ...more] = pick(events, from, to);
  assert.deepEqual(more, []);
  assert.ok(mounted && moved && unmounted && isKnown(mounted.mount));
  assert.equal(mounted.namespace.inode, mnt);
  assert.equal(mounted.mount.fsType, 'tmpfs');
  assert.equal(mounted.mount.source, 'scratch');
  assert.equal(moved.was?.mountPoint, from);
  assert.ok(mounted.mount.oldId > 0);
  for (const { mountId, mount } of [moved, unmounted]) {
    assert.equal(mountId, mounted.mountId);
    assert.ok(isKnown(mount) && mount.oldId === mounted.mount.oldId);
  }
  if (!hasMarks) return;
  assert.match(mounted.mountId ?? '', /^\d+$/);
  for (const { process } of [mounted, moved, unmounted]) {
    assert.ok(process && process.pid > 0);
    // Of one that has ended before it could be asked there is no more than its number.
    assert.match(process.comm, /^(?:u?mount|nsenter|)$/);
  }
});

test('A new root is told once, whichever way it was read, and what lies on it follows.', { skip }, async () => {
  const root = makeDirectory('root');
  const old = makeDirectory('root/old');
  const held = await holdMounts();
  const { mnt } = readLinksOf(held.pid);
  inside(held.pid, 'mount', '-t', 'tmpfs', 'new-root', root);
  inside(held.pid, 'mkdir', '-p', old, join(root, 'sub'));
  inside(held.pid, 'mount', '-t', 'tmpfs', 'below', join(root, 'sub'));
  const { events } = await watchWhile(
    { mounts: [mnt] },
    async (seen) => {
      inside(held.pid, 'pivot_root', root, old);
      await seen(isMount('remounted', '/sub'));
    },
    0,
  );
  await held.end();
  const roots = pick(events, '/').filter(({ event }) => event === 'remounted');
  assert.deepEqual(
    roots.map(({ mount, was }) => isKnown(mount) && [mount.source, was?.mountPoint, mount.parent]),
    [['new-root', root, undefined]],
  );
});

test('A change of options is told where mountinfo is polled, and with the next move where fanotify is.', {
  skip,
}, async () => {
  const [from, to] = [makeDirectory('options'), makeDirectory('options-moved')];
  const held = await holdMounts();
  inside(held.pid, 'mount', '-t', 'tmpfs', 'scratch', from);
  const { mnt } = readLinksOf(held.pid);
  const { first, events } = await watchWhile(
    { mounts: [mnt] },
    async (seen) => {
      inside(held.pid, 'mount', '-o', 'remount,bind,ro', from);
      if (!hasMarks) await seen(isMount('remounted', from));
      inside(held.pid, 'mount', '--move', from, to);
      await seen(isMount('remounted', to));
    },
    0,
  );
  await held.end();
  const changed = pick(events, from, to).find(({ was }) => was?.options);
  assert.ok(changed && isKnown(changed.mount));
  assert.equal(changed.mount.options[0], 'ro');
  assert.equal(changed.was?.options?.[0], 'rw');
  assert.equal(
    (first.mounts?.[0]?.cannotSee ?? []).some((one) => one.includes('options')),
    hasMarks,
  );
});

test('A mount that propagates is told in each namespace that is watched.', { skip }, async () => {
  const shared = makeDirectory('shared');
  const point = join(shared, 'point');
  const outer = await hold('unshare', [
    ...['-m', '--propagation', 'private', 'sh', '-c'],
    `mount -t tmpfs s ${shared} && mount --make-shared ${shared} && mkdir ${point} && echo ready; exec sleep 300`,
  ]);
  const inner = await hold('nsenter', [
    ...['-t', String(outer.pid), '-m', 'unshare', '-m', '--propagation', 'unchanged'],
    ...['sh', '-c', 'echo ready; exec sleep 300'],
  ]);
  const inodes = [outer, inner].map(({ pid }) => readLinksOf(pid).mnt);
  const { events } = await watchWhile(
    { mounts: inodes },
    async (seen) => {
      inside(inner.pid, 'mount', '-t', 'tmpfs', 'p', point);
      for (const inode of inodes) await seen(isMount('mounted', point, inode));
      inside(outer.pid, 'umount', point);
      for (const inode of inodes) await seen(isMount('unmounted', point, inode));
    },
    0,
  );
  for (const { end } of [inner, outer]) await end();
  const told = pick(events, point).map(({ event, namespace }) => `${event} ${namespace.inode}`);
  assert.deepEqual(told.sort(), inodes.flatMap((inode) => [`mounted ${inode}`, `unmounted ${inode}`]).sort());
});

/** A mount namespace without a process, held by a descriptor of this one. */
async function hide(): Promise<{ readonly fd: number; readonly inode: number }> {
  const held = await holdMounts();
  const { mnt } = readLinksOf(held.pid);
  const fd = openSync(`/proc/${held.pid}/ns/mnt`, 'r');
  await held.end();
  return { fd, inode: mnt };
}

test('In a mount namespace that no process is in mounts are told as well, and watching does not keep it alive.', {
  skip,
}, async () => {
  const point = makeDirectory('hidden');
  const { fd, inode } = await hide();
  const isEnd = (event: NamespaceEvent) => event.event === 'destroyed' && event.namespace.inode === inode;
  const { first, events } = await watchWhile(
    { mounts: [inode] },
    async (seen) => {
      execFileSync('nsenter', [`--mount=/proc/${process.pid}/fd/${fd}`, 'mount', '-t', 'tmpfs', 'h', point]);
      await seen(isMount('mounted', point));
      closeSync(fd);
      await seen(isEnd);
    },
    0,
  );
  assert.equal(viaOf(first), hasMarks ? 'fanotify' : 'comparison');
  const unmounted = events.findIndex(isMount('unmounted', point));
  assert.ok(unmounted >= 0 && unmounted < events.findIndex(isEnd), 'what was in it goes before it');
});

test('A mount namespace ends with its last process while its mounts are watched.', { skip }, async () => {
  const held = await holdMounts();
  const { mnt } = readLinksOf(held.pid);
  await watchWhile(
    { mounts: [mnt] },
    async (seen) => {
      await held.end();
      await seen((event) => event.event === 'destroyed' && event.namespace.inode === mnt);
    },
    0,
  );
});

/** Mounts and unmounts, COUNT times each; nobody else has a turn meanwhile. */
async function startChurn(count: number, points: readonly string[]) {
  const stem = join(directory, `churn-${count}`);
  execFileSync('mkfifo', [`${stem}.in`, `${stem}.out`]);
  const program = compile('test/fixtures/mount-churn.c');
  const held = await hold('sh', [
    '-c',
    `exec 3<>${stem}.in 4<>${stem}.out; ${program} ${count} ${points.join(' ')} <&3 | tee /dev/fd/4`,
  ]);
  const [pid = 0] = execFileSync('pgrep', ['-P', String(held.pid), 'mount-churn'], { encoding: 'utf8' }).split('\n');
  return {
    inode: readLinksOf(Number(pid)).mnt,
    run: () =>
      execFileSync('sh', [
        '-c',
        `echo go >${stem}.in; while read -r line; do [ "$line" = done ] && break; done <${stem}.out`,
      ]),
    end: held.end,
  };
}

function countMounts(events: readonly NamespaceEvent[], kind: MountEvent['event'], inode: number): number {
  return events.filter((event) => event.event === kind && event.namespace.inode === inode).length;
}

test('Of a thousand mounts at once each is told by fanotify, and so is each end; a poll tells of as many ends as mounts.', {
  skip,
}, async () => {
  const points = Array.from({ length: 1000 }, (_, at) => makeDirectory(`many/${at}`));
  const churn = await startChurn(1, points);
  const { events } = await watchWhile(
    { mounts: [churn.inode] },
    async (seen) => {
      churn.run();
      if (hasMarks) await seen((event) => event.event === 'unmounted' && event.namespace.inode === churn.inode);
    },
    500,
  );
  await churn.end();
  const [mounted, unmounted] = (['mounted', 'unmounted'] as const).map((kind) =>
    countMounts(events, kind, churn.inode),
  );
  assert.equal(mounted, unmounted);
  if (hasMarks) assert.equal(mounted, 1000);
  assert.deepEqual(
    events.filter(({ event }) => event === 'lost'),
    [],
  );
});

test('Where the queue of the kernel overflows, that is told, and a comparison finds what is there.', {
  skip,
}, async () => {
  const points = Array.from({ length: 100 }, (_, at) => makeDirectory(`lost/${at}`));
  const churn = await startChurn(150, points);
  const { events } = await watchWhile(
    { mounts: [churn.inode] },
    async (seen) => {
      churn.run();
      if (hasMarks) await seen((event) => event.event === 'resync' && event.of?.namespace?.inode === churn.inode);
    },
    500,
  );
  await churn.end();
  const told = events.find(({ event }) => event === 'lost');
  // A poll compares, and loses nothing that it promised.
  if (!hasMarks) assert.equal(told, undefined);
  else
    assert.ok(told?.event === 'lost' && told.of?.things === 'mounts' && told.where === 'kernel' && told.count === null);
  // What was told to come was told to go, or the comparison did not find it: nothing stays.
  const there = new Set<string | null>();
  for (const event of events)
    if ('mountId' in event && event.namespace.inode === churn.inode) {
      if (event.event === 'mounted') there.add(event.mountId);
      if (event.event === 'unmounted') there.delete(event.mountId);
    }
  assert.deepEqual([...there], []);
});

test('A stream that watches many mount namespaces has few descriptors, and leaves none open.', { skip }, async () => {
  const held = await Promise.all(Array.from({ length: 8 }, () => holdMounts()));
  const mounts = held.map(({ pid }) => readLinksOf(pid).mnt);
  const measure = async (options: { readonly mounts?: readonly number[] }) => {
    let open = 0;
    await watchWhile(
      options,
      async () => {
        open = countDescriptors();
      },
      0,
    );
    return open;
  };
  // The thread that takes snapshots is begun by the first that is due, and stays for the next stream.
  await takeSnapshotAside(wantProcesses);
  await measure({});
  const without = await measure({});
  const before = countDescriptors();
  // One each where fanotify is, two where mountinfo is polled; epoll and an eventfd for all.
  assert.ok((await measure({ mounts })) - without <= 2 + 2 * mounts.length);
  // With its answer it has nothing open of what the streams asked for.
  await takeSnapshotAside(wantProcesses);
  assert.equal(countDescriptors(), before);
  for (const { end } of held) await end();
});

test('More mount namespaces than may be watched are refused before anything is opened.', { skip }, async () => {
  const mounts = Array.from({ length: 33 }, (_, at) => at + 1);
  const before = countDescriptors();
  await assert.rejects(watch({ mounts }).next(), /mounts: at most 32 namespaces, not 33/);
  assert.equal(countDescriptors(), before);
});

test('A mount namespace that is not there is said not to be watched, with the reason.', { skip }, async () => {
  const { first } = await watchWhile({ mounts: [1] }, async () => {}, 0);
  const [watched] = first.mounts ?? [];
  assert.equal(watched?.via, 'none');
  assert.match(watched.refused.join(), /it has ended/);
  assert.ok(!isKnown(watched.mounts));
});
