import assert from 'node:assert/strict';
import { closeSync, existsSync, fstatSync, openSync, readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { test } from 'node:test';
import {
  findSocketNetns,
  pidfdGetfd,
  pidfdGetNamespace,
  pidfdOpen,
  pidfdOpenThread,
  siocgskns,
  tungetdevnetns,
} from '../../../src/kernel/net/sockets.ts';
import { namespaceLinks } from '../../../src/model/snapshot/namespace-types.ts';
import { bedNeeds, makeBed } from '../../bed/bed.ts';
import { isLinuxSince } from '../../kernels/release.ts';
import { missing } from '../../tiers.ts';
import { countDescriptors } from '../open-descriptors.ts';

const skip = missing({ ...bedNeeds, root: true });
const pidfdsGiveNamespaces = isLinuxSince(6, 11);

function inodeAndClose(fd: number): number {
  const { ino } = fstatSync(fd);
  closeSync(fd);
  return ino;
}

test('A socket of another process leads to the net namespace that it was made in.', { skip }, async () => {
  const before = countDescriptors();
  const bed = await makeBed(['socket', 'fd:uts']);
  const [uts, socket] = ['fd', 'socket'].map((place) => bed.namespaces.find((found) => found.place === place));
  assert.ok(uts?.holder.fd !== undefined && socket?.holder.fd !== undefined);
  const pidfd = pidfdOpen(bed.pid);
  const copy = pidfdGetfd(pidfd, socket.holder.fd);
  assert.equal(fstatSync(copy).ino, socket.holder.fileInode);
  assert.equal(inodeAndClose(siocgskns(copy)), socket.inode);
  assert.throws(() => tungetdevnetns(copy), { syscall: 'ioctl(TUNGETDEVNETNS)' });
  closeSync(copy);
  const [found, none, closed] = findSocketNetns(pidfd, [socket.holder.fd, uts.holder.fd, 9999]);
  assert.deepEqual(found, { netns: socket.inode, file: socket.holder.fileInode });
  assert.deepEqual(none, { netns: -25, file: uts.inode }); // ENOTTY
  assert.deepEqual(closed, { netns: -9, file: -9 }); // EBADF
  await bed.release();
  assert.deepEqual(findSocketNetns(pidfd, [socket.holder.fd]), [{ netns: -3, file: -3 }]); // ESRCH
  assert.throws(() => pidfdGetfd(pidfd, 0), { code: 'ESRCH', syscall: 'pidfd_getfd' });
  closeSync(pidfd);
  assert.throws(() => pidfdOpen(bed.pid), { code: 'ESRCH', syscall: 'pidfd_open' });
  assert.equal(countDescriptors(), before);
});

test('The sockets of a process are told from its other descriptors in one call.', { skip }, async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const pidfd = pidfdOpen(process.pid);
  const fds = readdirSync('/proc/self/fd').map(Number);
  const answers = findSocketNetns(pidfd, fds);
  const own = statSync('/proc/self/ns/net').ino;
  assert.ok(answers.filter(({ netns }) => netns === own).length >= 1);
  assert.ok(answers.every(({ netns }) => netns === own || netns < 0));
  closeSync(pidfd);
  server.close();
});

test('The table of a thread is reached by a pidfd of the thread, or the kernel is older than 6.9.', {
  skip,
}, async () => {
  const bed = await makeBed(['thread-fd:net']);
  try {
    const held = bed.namespaces.find(({ auxiliary }) => !auxiliary);
    assert.ok(
      held?.holder.tid !== undefined && held.holder.fd !== undefined,
      `the bed made ${bed.namespaces.length}, not: ${JSON.stringify(bed.unsupported)}`,
    );
    const { tid, fd } = held.holder;
    if (!isLinuxSince(6, 9)) {
      assert.throws(() => pidfdOpenThread(tid), { code: 'EINVAL', syscall: 'pidfd_open' });
      return;
    }
    const pidfd = pidfdOpenThread(tid);
    assert.equal(inodeAndClose(pidfdGetfd(pidfd, fd)), held.inode);
    closeSync(pidfd);
  } finally {
    await bed.release();
  }
});

test('A tap descriptor leads to the net namespace of its socket and to that of its device.', {
  skip: skip || (!existsSync('/dev/net/tun') && isLinuxSince(6, 19) && 'needs /dev/net/tun'),
}, async () => {
  const bed = await makeBed(['tap']);
  const [tap] = bed.namespaces;
  assert.ok(tap?.holder.fd !== undefined, JSON.stringify(bed.unsupported));
  const pidfd = pidfdOpen(bed.pid);
  const copy = pidfdGetfd(pidfd, tap.holder.fd);
  closeSync(pidfd);
  assert.equal(inodeAndClose(siocgskns(copy)), tap.inode);
  assert.equal(inodeAndClose(tungetdevnetns(copy)), tap.inode);
  closeSync(copy);
  await bed.release();
  const none = openSync('/dev/net/tun', 'r+');
  assert.throws(() => tungetdevnetns(none), { code: 'EBADFD' });
  closeSync(none);
});

test('A pidfd leads to every namespace of its process, or the kernel is older than 6.11.', { skip }, async () => {
  const before = countDescriptors();
  const bed = await makeBed(['process']);
  for (const { type, inode, holder } of bed.namespaces) {
    const pidfd = pidfdOpen(holder.pid ?? 0);
    if (pidfdsGiveNamespaces) assert.equal(inodeAndClose(pidfdGetNamespace(pidfd, type)), inode, type);
    else assert.throws(() => pidfdGetNamespace(pidfd, type), { code: 'ENOTTY' });
    closeSync(pidfd);
  }
  await bed.release();
  const self = pidfdOpen(process.pid);
  for (const link of pidfdsGiveNamespaces ? namespaceLinks : [])
    assert.equal(inodeAndClose(pidfdGetNamespace(self, link)), statSync(`/proc/self/ns/${link}`).ino, link);
  closeSync(self);
  assert.equal(countDescriptors(), before);
});

test('A pidfd leads to a pid namespace that never had an init, for which /proc has no link before Linux 7.1.', {
  skip,
}, async () => {
  const bed = await makeBed(['for-children-unborn']);
  try {
    const [unborn] = bed.namespaces;
    assert.equal(unborn !== undefined, pidfdsGiveNamespaces);
    if (!unborn) return;
    const link = `/proc/${unborn.holder.pid}/ns/pid_for_children`;
    if (isLinuxSince(7, 1)) assert.equal(statSync(link).ino, unborn.inode);
    else assert.throws(() => statSync(link), { code: 'ENOENT' });
    const pidfd = pidfdOpen(unborn.holder.pid ?? 0);
    assert.equal(inodeAndClose(pidfdGetNamespace(pidfd, 'pid_for_children')), unborn.inode);
    closeSync(pidfd);
  } finally {
    await bed.release();
  }
});
