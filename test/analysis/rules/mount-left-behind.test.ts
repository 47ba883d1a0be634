// Mounts that the host has unmounted and a private copy still has.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mountLeftBehind } from '../../../src/analysis/rules/mount-left-behind.ts';
import type { Mount, MountTable } from '../../../src/model/snapshot/schema.ts';
import { hostInodes } from '../../recorded-facts.ts';
import { judge, listCommands, processIn, say } from './judge.ts';

const inode = 4026532700;
const other = 4026532701;
const layer = '/var/lib/docker/overlay2/abc/merged';

function mount(oldId: number, oldParent: number, device: string, mountPoint: string, more: Partial<Mount> = {}): Mount {
  return {
    ...{ oldId, oldParent, device, root: '/', mountPoint, fsType: 'ext4', source: '/dev/sda1' },
    ...{ options: ['rw'], superOptions: ['rw'], unbindable: false, locked: false },
    ...more,
  };
}

const hosts = [mount(1, 0, '8:1', '/'), mount(2, 1, '0:9', '/mnt', { fsType: 'tmpfs' })];
const overlay = { fsType: 'overlay', source: 'overlay' };
const around = [mount(10, 0, '0:50', '/', overlay), mount(11, 10, '8:1', '/host')];
const left = mount(12, 11, '0:60', `/host${layer}`, overlay);

function find(inside: readonly Mount[], others: readonly MountTable[] = [], host = hosts) {
  const tables: readonly MountTable[] = [
    { inode: hostInodes.mnt, via: 'mountinfo', pid: 1, mounts: host },
    { inode, via: 'mountinfo', pid: 50, mounts: inside },
    ...others,
  ];
  const facts = [processIn(50, { mnt: inode }), processIn(60, { mnt: other })];
  return judge(mountLeftBehind as never, facts, { conditions: { mounts: tables } });
}

test('The layer of a container that the host has unmounted is found in a copy, with the command that unmounts it.', () => {
  const verdicts = find([...around, left]);
  assert.deepEqual(say(verdicts), [
    `warning: the overlay of a container that has ended lives on in mnt:[${inode}]: on the host ${layer} is unmounted`,
  ]);
  const [finding] = verdicts.findings;
  assert.ok(finding);
  assert.equal(
    listCommands(finding)[0],
    `nsenter --mount=/proc/50/ns/mnt --root=/ umount -cin /proc/50/root/host${layer}`,
  );
  assert.ok(listCommands(finding).includes('nscope busy 0:60'));
});

test('Nothing is found where the host has it, where it is the root of a container, or where unmounts reach it.', () => {
  assert.deepEqual(say(find([...around, left], [], [...hosts, mount(3, 1, '0:60', layer, overlay)])), []);
  const its: MountTable = { inode: other, via: 'mountinfo', pid: 60, mounts: [mount(20, 0, '0:60', '/', overlay)] };
  assert.deepEqual(say(find([...around, left], [its])), []);
  const slave = [mount(10, 0, '0:50', '/', overlay), mount(11, 10, '8:1', '/host', { master: 5 })];
  assert.deepEqual(say(find([...slave, left])), []);
});

test('A file system that somebody has elsewhere is in use, and one on what the host does not have is nobody’s copy.', () => {
  const elsewhere = mount(30, 10, '0:60', '/volume', overlay);
  assert.deepEqual(say(find([...around, left, elsewhere])), []);
  const onOwn = mount(12, 10, '0:60', layer, overlay);
  assert.deepEqual(say(find([...around, onOwn])), []);
});

test('A device on a directory of the host is a note, and a tmpfs that is not an engine’s nothing.', () => {
  const disk = mount(12, 11, '8:17', '/host/backup', { source: '/dev/sdb1' });
  assert.deepEqual(say(find([...around, disk])), [
    `note: /dev/sdb1 (ext4) is mounted in mnt:[${inode}] alone, on a directory that the host has as /backup`,
  ]);
  assert.match(find([...around, disk]).findings[0]?.fixes[0]?.text ?? '', /^where it was not mounted there on purpose/);
  const tmpfs = { fsType: 'tmpfs', source: 'shm' };
  assert.deepEqual(say(find([...around, mount(12, 11, '0:61', '/host/tmp', tmpfs)])), []);
  const shm = `/host/var/lib/docker/containers/${'a'.repeat(64)}/mounts/shm`;
  assert.match(
    say(find([...around, mount(12, 11, '0:61', shm, tmpfs)]))[0] ?? '',
    /^warning: the tmpfs of a container/,
  );
});

test('Layers in a mount namespace of another user namespace, as of an engine without privileges, are a note.', () => {
  const unknown = { unknown: 'unsupported' } as const;
  assert.deepEqual(say(find([...around, { ...left, locked: unknown }])), [
    `note: overlay (overlay) is mounted in mnt:[${inode}] alone, on a directory that the host has as ${layer}`,
  ]);
});

test('What is locked or covered has no command, and what could not be read leaves the rule undecided.', () => {
  const unknown = { unknown: 'unsupported' } as const;
  const [locked] = find([...around, { ...left, locked: unknown }]).findings;
  assert.deepEqual(locked && listCommands(locked), ['nscope busy 0:60']);
  const [covered] = find([...around, left, mount(13, 12, '0:70', left.mountPoint, { fsType: 'tmpfs' })]).findings;
  assert.deepEqual(covered && listCommands(covered), ['nscope busy 0:60']);
  const cut: MountTable = { inode: other, via: 'mountinfo', pid: 60, cut: 'a chroot', mounts: [] };
  assert.match(find(around, [cut]).undecided[0]?.why ?? '', /^of 1 mount namespaces not all/);
});
