import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync, readlinkSync } from 'node:fs';
import { test } from 'node:test';
import { decodeMountErrors, decodeMounts } from '../../../src/kernel/mounts/mount-records.ts';
import { walkMountNamespaces } from '../../../src/kernel/mounts/mount-walk.ts';
import {
  findNamespacesIn,
  nsMntGetInfo,
  readMountinfoIn,
  readMounts,
  superBlockMagic,
} from '../../../src/kernel/mounts/mounts.ts';
import { nsGetMntnsId } from '../../../src/kernel/nsfs/nsfs.ts';
import { isKnown } from '../../../src/model/snapshot/known.ts';
import { parseMountinfo } from '../../../src/parse/proc/mountinfo.ts';
import { type BedNamespace, bedNeeds, makeBed } from '../../bed/bed.ts';
import { isLinuxSince } from '../../kernels/release.ts';
import { missing } from '../../tiers.ts';
import { countDescriptors } from '../open-descriptors.ts';

const skip = missing({ ...bedNeeds, root: true });
const canListById = isLinuxSince(6, 12);

/** A bed of hidden bind mounts: `use` gets a descriptor of each hidden mount namespace, with what is mounted there. */
async function withHiddenMounts(use: (fd: number, mounted: BedNamespace, room: BedNamespace) => void): Promise<void> {
  const before = countDescriptors();
  const bed = await makeBed(['hidden-bind-mount']);
  let seen = 0;
  try {
    for (const mounted of bed.namespaces.filter(({ auxiliary }) => !auxiliary)) {
      const room = bed.namespaces.find(({ inode }) => inode === mounted.holder.mountNamespace);
      assert.ok(room);
      const fd = openSync(`/proc/${room.holder.pid}/fd/${room.holder.fd}`, 'r');
      assert.equal(fstatSync(fd).ino, room.inode);
      use(fd, mounted, room);
      closeSync(fd);
      seen++;
    }
  } finally {
    await bed.release();
  }
  assert.equal(seen, 8);
  assert.equal(countDescriptors(), before);
}

test('statmount names the namespace behind each bind mount of a mount namespace without a process.', {
  skip,
}, async () => {
  await withHiddenMounts((fd, mounted) => {
    if (!canListById) {
      assert.throws(() => nsGetMntnsId(fd), { code: 'ENOTTY' });
      assert.throws(() => readMounts(1n), { code: 'ENOSYS' });
      return;
    }
    const id = nsGetMntnsId(fd);
    const bytes = readMounts(id);
    assert.deepEqual(decodeMountErrors(bytes), []);
    const all = [...decodeMounts(bytes)];
    // The host's own bind mounts (ip netns) are copied into every mount namespace.
    const nsfs = all.filter(({ fsType }) => fsType === 'nsfs');
    const found = nsfs.filter(({ mountPoint }) => mountPoint.startsWith('/mnt/'));
    assert.deepEqual(
      found.map(({ root, mountPoint }) => [root, mountPoint]),
      [[`${mounted.type}:[${mounted.inode}]`, mounted.holder.mountPoint]],
    );
    assert.deepEqual([...decodeMounts(readMounts(id, { magics: [superBlockMagic.nsfs] }))], nsfs);
    // Something may have been mounted there before.
    const room = all.findLast(({ mountPoint }) => mountPoint === '/mnt');
    assert.ok(room);
    assert.equal(room.oldId, found[0]?.oldParentId);
    assert.equal(room.peerGroup, 0);
    assert.equal(nsMntGetInfo(fd).id, id);
    assert.ok(nsMntGetInfo(fd).mounts >= all.length);
  });
});

test('A thread that enters a mount namespace reads the mounts that statmount tells.', { skip }, async () => {
  await withHiddenMounts((fd, mounted) => {
    const lines = parseMountinfo(readMountinfoIn(fd).toString());
    const nsfs = lines.filter(({ fsType, mountPoint }) => fsType === 'nsfs' && mountPoint.startsWith('/mnt/'));
    assert.deepEqual(
      nsfs.map(({ root, mountPoint }) => [root, mountPoint]),
      [[`${mounted.type}:[${mounted.inode}]`, mounted.holder.mountPoint]],
    );
    assert.ok(lines.some(({ mountPoint }) => mountPoint === '/'));
    if (!canListById) return;
    const told = [...decodeMounts(readMounts(nsGetMntnsId(fd)))];
    const byId = (a: readonly unknown[], b: readonly unknown[]) => Number(a[0]) - Number(b[0]);
    assert.deepEqual(
      told.map((mount) => [mount.oldId, mount.oldParentId, mount.device, mount.mountPoint, mount.fsType]).sort(byId),
      // Behind a dot stands what says who serves it: fuse.sshfs.
      lines
        .map((line) => [line.id, line.parentId, line.device, line.mountPoint, line.fsType.replace(/\..*/, '')])
        .sort(byId),
    );
  });
  assert.equal(readlinkSync('/proc/thread-self/ns/mnt'), readlinkSync('/proc/self/ns/mnt'));
});

test('Namespaces are found at mount points of another mount namespace, and nothing else is opened there.', {
  skip,
}, async () => {
  await withHiddenMounts((fd, mounted) => {
    const point = mounted.holder.mountPoint ?? '';
    const answers = findNamespacesIn(fd, [point, '/mnt', '/mnt/missing']);
    const where = { inode: mounted.inode, dev: mounted.dev };
    assert.deepEqual(answers.slice(0, 1), [where]);
    assert.deepEqual(
      answers.slice(1).map((answer) => !isKnown(answer) && answer.errno),
      ['ENOTTY', 'ENOENT'],
    );
    const [kept] = findNamespacesIn(fd, [point], true);
    assert.ok(kept && isKnown(kept) && kept.fd !== undefined);
    assert.equal(fstatSync(kept.fd).ino, mounted.inode);
    closeSync(kept.fd);
  });
});

test('A chroot as the only member hides mounts from /proc and from neither way of reading.', { skip }, async () => {
  const script = `mount -t tmpfs room /mnt || exit
    for d in usr bin lib lib64; do [ -e /$d ] && mkdir /mnt/$d && mount --bind /$d /mnt/$d; done
    exec chroot /mnt sh -c 'echo ready; read line'`;
  const child = spawn('unshare', ['-m', 'sh', '-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const own = parseMountinfo(readFileSync(`/proc/${child.pid}/mountinfo`, 'utf8'));
    const fd = openSync(`/proc/${child.pid}/ns/mnt`, 'r');
    const inside = parseMountinfo(readMountinfoIn(fd).toString()).map(({ mountPoint }) => mountPoint);
    assert.ok(inside.includes('/mnt/usr') && inside.includes('/proc'));
    assert.ok(own.every(({ mountPoint }) => mountPoint !== '/proc'));
    if (canListById) {
      const told = [...decodeMounts(readMounts(nsGetMntnsId(fd)))].map(({ mountPoint }) => mountPoint);
      assert.deepEqual(told.sort(), inside.sort());
    }
    closeSync(fd);
  } finally {
    child.stdin.end();
    await new Promise((resolve) => child.once('exit', resolve));
  }
});

test('The chain of mount namespaces holds those that no process is in.', { skip }, async () => {
  await withHiddenMounts((fd, _, room) => {
    if (!canListById) {
      assert.throws(() => nsMntGetInfo(fd), { code: 'ENOTTY' });
      return;
    }
    const own = openSync('/proc/self/ns/mnt', 'r');
    for (const from of [own, fd]) {
      const { walked, end } = walkMountNamespaces(from);
      assert.equal(end, 'ENOENT');
      const found = walked.filter(({ inode }) => inode === room.inode);
      assert.equal(found.length, from === own ? 1 : 0);
      for (const { id, dev } of found) assert.deepEqual([id, dev], [String(nsMntGetInfo(fd).id), fstatSync(fd).dev]);
    }
    closeSync(own);
  });
});

test('What is no mount namespace is refused by name.', { skip }, () => {
  const fd = openSync('/proc/self/ns/uts', 'r');
  assert.throws(() => readMountinfoIn(fd), { code: 'EINVAL', syscall: 'setns' });
  assert.throws(() => findNamespacesIn(fd, ['/']), { code: 'EINVAL', syscall: 'setns' });
  if (canListById) assert.throws(() => nsMntGetInfo(fd), { code: 'EINVAL' });
  assert.deepEqual(walkMountNamespaces(fd).walked, []);
  closeSync(fd);
  if (canListById) assert.throws(() => readMounts(2n ** 62n), { code: 'ENOENT', syscall: 'listmount' });
});
