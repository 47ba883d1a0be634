// Mounts and links of chosen namespaces where an ordinary user watches: by polling, and in the own network namespace alone.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { takeSnapshotAside } from '../../../src/live/snapshots/snapshot-aside.ts';
import type { NamespaceEvent } from '../../../src/model/live/events.ts';
import { isKnown } from '../../../src/model/snapshot/known.ts';
import { wantProcesses } from '../../../src/model/snapshot/wanted.ts';
import { hold, readLinksOf } from '../../held-process.ts';
import { countDescriptors } from '../../kernel/open-descriptors.ts';
import { missing } from '../../tiers.ts';
import { watchWhile } from '../watch-for.ts';

const skip = missing({ unprivileged: true, commands: ['unshare', 'nsenter', 'mount', 'umount'] });
const options = { source: 'comparison', bpf: false, intervalMs: 200 } as const;
const directory = mkdtempSync(join(tmpdir(), 'nscope-contents-'));
after(() => rmSync(directory, { recursive: true, force: true }));

function holdMounts() {
  return hold('unshare', ['-Ur', '-m', '--propagation', 'private', 'sh', '-c', 'echo ready; exec sleep 300']);
}

function entered(pid: number): string[] {
  return ['-t', String(pid), '-U', '-m', '--preserve-credentials'];
}

function inside(pid: number, ...words: readonly string[]): void {
  execFileSync('nsenter', [...entered(pid), ...words]);
}

type MountEvent = Extract<NamespaceEvent, { readonly mountId: unknown }>;

function isMount(kind: MountEvent['event'], path: string): (event: NamespaceEvent) => boolean {
  return (event) =>
    'mountId' in event && event.event === kind && isKnown(event.mount) && event.mount.mountPoint === path;
}

test('Where fanotify is refused, a poll of mountinfo tells of mounts, of remounts too, and says why it is used.', {
  skip,
}, async () => {
  const [from, to] = ['from', 'to'].map((name) => join(directory, name));
  assert.ok(from && to);
  for (const path of [from, to]) mkdirSync(path);
  const held = await holdMounts();
  const { mnt } = readLinksOf(held.pid);
  const isChanged = (event: NamespaceEvent) => event.event === 'remounted' && event.was?.options !== undefined;
  const { first, events } = await watchWhile(
    { ...options, mounts: [mnt] },
    async (seen) => {
      inside(held.pid, 'mount', '-t', 'tmpfs', 'scratch', from);
      await seen(isMount('mounted', from));
      // It moves it, and then may not write that down in /run/mount.
      spawnSync('nsenter', [...entered(held.pid), 'mount', '--move', from, to]);
      await seen(isMount('remounted', to));
      inside(held.pid, 'mount', '-o', 'remount,bind,ro', to);
      await seen(isChanged);
      inside(held.pid, 'umount', to);
      await seen(isMount('unmounted', to));
    },
    0,
  );
  await held.end();
  const [watched] = first.mounts ?? [];
  assert.equal(watched?.via, 'mountinfo');
  assert.match(watched.refused.join(), /^fanotify: .*\((?:EPERM|EINVAL)\)/);
  assert.ok(watched.cannotSee.includes('who did it'));
  const remounted = events.find(isChanged);
  assert.ok(remounted?.event === 'remounted' && isKnown(remounted.mount));
  assert.equal(remounted.mount.options[0], 'ro');
  assert.equal(remounted.was?.options?.[0], 'rw');
});

test('A poll follows the mount namespace from a process that ends to another one, and lets it end with the last.', {
  skip,
}, async () => {
  const point = join(directory, 'followed');
  mkdirSync(point);
  const first = await holdMounts();
  const { mnt } = readLinksOf(first.pid);
  const second = await hold('nsenter', [...entered(first.pid), 'sh', '-c', 'echo ready; exec sleep 300']);
  const { events } = await watchWhile(
    { ...options, mounts: [mnt] },
    async (seen) => {
      await first.end();
      inside(second.pid, 'mount', '-t', 'tmpfs', 'scratch', point);
      await seen(isMount('mounted', point));
      await second.end();
      await seen((event) => event.event === 'destroyed' && event.namespace.inode === mnt);
    },
    0,
  );
  assert.ok(events.some(isMount('unmounted', point)), 'what was in it goes with it');
});

test('In the own network namespace links are watched; another one is refused, with what that needs.', {
  skip,
}, async () => {
  const own = statSync('/proc/self/ns/net').ino;
  const held = await hold('unshare', ['-Ur', '-n', 'sh', '-c', 'echo ready; exec sleep 300']);
  const { net } = readLinksOf(held.pid);
  const { first } = await watchWhile({ ...options, links: [own, net] }, async () => {}, 0);
  await held.end();
  const [mine, other] = first.links ?? [];
  assert.equal(mine?.via, 'rtnetlink');
  assert.ok(isKnown(mine.links));
  const names = readFileSync('/proc/net/dev', 'latin1').matchAll(/^\s*([^\s:]+):/gm);
  assert.deepEqual(mine.links.map(({ name }) => name).sort(), [...names].map(([, name]) => name).sort());
  assert.equal(other?.via, 'none');
  assert.match(other.refused.join(), /CAP_SYS_ADMIN.*\(EPERM\)/);
  assert.ok(!isKnown(other.links));
});

test('A stream of mounts and links leaves nothing open.', { skip }, async () => {
  const [mnt, net] = ['mnt', 'net'].map((type) => statSync(`/proc/self/ns/${type}`).ino);
  const run = () => watchWhile({ ...options, mounts: [mnt ?? 0], links: [net ?? 0] }, async () => {}, 0);
  // The thread that takes snapshots is begun by the first that is due, and stays for the next stream.
  await takeSnapshotAside(wantProcesses);
  await run();
  const before = countDescriptors();
  const { first } = await run();
  await takeSnapshotAside(wantProcesses);
  assert.equal(first.mounts?.[0]?.via, 'mountinfo');
  assert.equal(countDescriptors(), before);
});
