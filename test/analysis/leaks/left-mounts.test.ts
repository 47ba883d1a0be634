// Which mounts are new, and whose: by the calls that were heard of, and by nothing else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Making, Whose } from '../../../src/analysis/leaks/left.ts';
import {
  describeLeftMounts,
  describeStaleNames,
  findNewMounts,
  type MountCalls,
  type MountPoint,
} from '../../../src/analysis/leaks/left-mounts.ts';

const tmpfs: MountPoint = { device: '0:40', root: '/', mountPoint: '/mnt/a', fsType: 'tmpfs', source: 'none' };
const pin: MountPoint = {
  device: '0:4',
  root: '/net:[4026531840]',
  mountPoint: '/tmp/it’s here',
  fsType: 'nsfs',
  source: 'nsfs',
};

function makingOf(whose: Whose, pid: number, command?: string): Making {
  const maker = { pid, comm: 'mount', uid: 0, above: [], ...(command === undefined ? {} : { command }) };
  return { whose, how: 'mount', at: '2026-01-02T03:04:05Z', maker };
}

function calls(makings: readonly Making[] | undefined, all?: Whose): MountCalls {
  return { callersOf: () => makings, whoseAll: () => all };
}

const none = () => false;

test('A mount is new where it is there more often than before, whatever its id.', () => {
  assert.deepEqual(findNewMounts([tmpfs], [tmpfs]), []);
  assert.deepEqual(findNewMounts([tmpfs], [tmpfs, tmpfs, pin]), [tmpfs, pin]);
  assert.deepEqual(findNewMounts([tmpfs, pin], []), []);
  const other = { ...tmpfs, device: '0:41' };
  assert.deepEqual(findNewMounts([tmpfs], [other]), [other]);
});

test('Where one of several callers made a mount, the one whose words name the path is told.', () => {
  const makings = [
    makingOf('command', 1, 'mount -t tmpfs none /mnt/b'),
    makingOf('command', 2, 'mount -t tmpfs x /mnt/a'),
  ];
  const [left] = describeLeftMounts([tmpfs], calls(makings), none);
  assert.deepEqual([left?.whose, left?.sign, left?.making?.maker?.pid], ['command', 'mount-call', 2]);
  assert.equal(left?.release, 'umount /mnt/a');
});

test('Where the command and others mounted at the same time, nobody is accused.', () => {
  const [left] = describeLeftMounts([tmpfs], calls([makingOf('command', 1), makingOf('others', 2)]), none);
  assert.deepEqual([left?.whose, left?.sign, left?.making], ['unknown', 'none', null]);
});

test('A mount that nobody saw come is the command’s where all who mounted anything were, and else nobody knows whose.', () => {
  assert.equal(describeLeftMounts([tmpfs], calls(undefined, 'command'), none)[0]?.whose, 'command');
  assert.equal(describeLeftMounts([tmpfs], calls(undefined), none)[0]?.whose, 'unknown');
});

test('A bind mount of a namespace that is left itself is told with it; of another it is a pin, with a quoted path.', () => {
  assert.deepEqual(
    describeLeftMounts([pin], calls(undefined), (name) => name === 'net:[4026531840]'),
    [],
  );
  const [left] = describeLeftMounts([pin], calls(undefined), none);
  assert.deepEqual([left?.kind, left?.release], ['pin', `umount "$(printf '/tmp/it\\342\\200\\231s here')"`]);
});

test('The directory that ip netns makes a mount point once in a boot is excused.', () => {
  const mount = { ...tmpfs, mountPoint: '/run/netns' };
  assert.match(describeLeftMounts([mount], calls([makingOf('command', 1)]), none)[0]?.excuse ?? '', /once in a boot/);
  assert.equal(describeLeftMounts([tmpfs], calls([makingOf('command', 1)]), none)[0]?.excuse, undefined);
});

test('A stale name that was stale before is not told; a new one is of whoever made what it led to.', () => {
  const blue = '/run/netns/blue';
  const making = makingOf('command', 7);
  assert.deepEqual(
    describeStaleNames([blue], [blue], () => making, calls(undefined)),
    [],
  );
  const [left] = describeStaleNames([], [blue], () => making, calls(undefined));
  assert.deepEqual([left?.whose, left?.making, left?.release], ['command', making, 'rm /run/netns/blue']);
  assert.equal(left?.sign, 'event');
  const seen = { ...making, how: 'seen' as const };
  assert.equal(describeStaleNames([], [blue], () => seen, calls(undefined))[0]?.sign, 'member');
  assert.equal(describeStaleNames([], [blue], () => undefined, calls(undefined))[0]?.whose, 'unknown');
});
