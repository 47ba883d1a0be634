import assert from 'node:assert/strict';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { test } from 'node:test';
import {
  closeNamespace,
  nsGetId,
  nsGetMntnsId,
  nsGetNstype,
  nsGetOwnerUid,
  nsGetParent,
  nsGetUserns,
  openByPaths,
  openNamespace,
  readUts,
} from '../../../src/kernel/nsfs/nsfs.ts';
import { isKnown } from '../../../src/model/snapshot/known.ts';
import { namespaceTypeFacts, namespaceTypes } from '../../../src/model/snapshot/namespace-types.ts';
import { readLinksOf, readOnlyChild } from '../../held-process.ts';
import { isLinuxSince } from '../../kernels/release.ts';
import { holdUnshared, unshareNeeds } from '../../sources/unshared.ts';
import { missing } from '../../tiers.ts';
import { countDescriptors } from '../open-descriptors.ts';

const skip = missing({ ...unshareNeeds, root: true });
const initial = process.getuid?.() === 0 && readLinksOf(process.pid).user === namespaceTypeFacts.user.initialInode;

test('Each namespace tells its type, its owner and what is above it.', { skip }, async () => {
  const before = countDescriptors();
  const held = await holdUnshared();
  try {
    const init = readOnlyChild(held.pid);
    const inside = readLinksOf(init);
    const own = readLinksOf(process.pid);
    for (const type of namespaceTypes) {
      const namespace = openNamespace(`/proc/${init}/ns/${type}`);
      assert.equal(namespace.inode, inside[type]);
      assert.equal(nsGetNstype(namespace.fd), type);
      const owner = nsGetUserns(namespace.fd);
      assert.equal(owner.inode, type === 'user' ? own.user : inside.user);
      closeNamespace(owner);
      if (type === 'pid' || type === 'user') {
        const parent = nsGetParent(namespace.fd);
        assert.equal(parent.inode, own[type]);
        closeNamespace(parent);
      } else assert.throws(() => nsGetParent(namespace.fd), { code: 'EINVAL', syscall: 'ioctl(NS_GET_PARENT)' });
      if (type === 'user') assert.equal(nsGetOwnerUid(namespace.fd), 0);
      else assert.throws(() => nsGetOwnerUid(namespace.fd), { code: 'EINVAL', syscall: 'ioctl(NS_GET_OWNER_UID)' });
      closeNamespace(namespace);
    }
  } finally {
    await held.end();
  }
  assert.equal(countDescriptors(), before);
});

test('The 64-bit ids differ between namespaces, and a mount namespace gives the same in both ways.', { skip }, () => {
  if (!isLinuxSince(6, 18)) {
    const net = openNamespace('/proc/self/ns/net');
    assert.throws(() => nsGetId(net.fd), { code: 'ENOTTY', syscall: 'ioctl(NS_GET_ID)' });
    closeNamespace(net);
    return;
  }
  const ids = new Set<bigint>();
  for (const type of namespaceTypes) {
    const namespace = openNamespace(`/proc/self/ns/${type}`);
    ids.add(nsGetId(namespace.fd));
    if (type === 'mnt') assert.equal(nsGetMntnsId(namespace.fd), nsGetId(namespace.fd));
    else assert.throws(() => nsGetMntnsId(namespace.fd), { code: 'EINVAL' });
    closeNamespace(namespace);
  }
  assert.equal(ids.size, 8);
});

test('A descriptor of something else is no namespace.', { skip }, () => {
  const fd = openSync('/dev/null', 'r');
  for (const ask of [nsGetNstype, nsGetUserns, nsGetParent, nsGetOwnerUid, nsGetId, nsGetMntnsId])
    assert.throws(() => ask(fd), { code: 'ENOTTY' }, ask.name);
  closeSync(fd);
});

test('The initial user namespace has no owner, which the kernel says with EPERM.', {
  skip: skip || (!initial && 'needs the initial user namespace'),
}, () => {
  const user = openNamespace('/proc/self/ns/user');
  assert.throws(() => nsGetUserns(user.fd), { code: 'EPERM', syscall: 'ioctl(NS_GET_USERNS)' });
  closeNamespace(user);
});

test('Of several paths the first that still leads to the namespace is opened, and no other stays open.', {
  skip,
}, () => {
  const before = countDescriptors();
  const { net } = readLinksOf(process.pid);
  const open = openByPaths(['/proc/self/ns/uts', '/nonexistent', '/proc/self/ns/net'], net);
  assert.ok(isKnown(open));
  assert.equal(fstatSync(open.fd).ino, net);
  closeNamespace(open);
  assert.deepEqual(openByPaths(['/nonexistent', '/proc/self/ns/uts'], net), { unknown: 'gone', errno: 'ENOENT' });
  assert.equal(countDescriptors(), before);
});

test('Names in uts namespaces are read by a thread that enters them, and the main thread stays where it is.', {
  skip,
}, async () => {
  const before = countDescriptors();
  const held = await holdUnshared();
  try {
    const own = openNamespace('/proc/self/ns/uts');
    const other = openNamespace(`/proc/${readOnlyChild(held.pid)}/ns/uts`);
    const net = openNamespace('/proc/self/ns/net');
    const answers = readUts([own.fd, other.fd, net.fd, 1_000_000, own.fd]);
    const names = answers.map((answer) => ('code' in answer ? `${answer.syscall} ${answer.code}` : answer.nodename));
    assert.deepEqual(names, [hostname(), 'nscope-test', 'setns EINVAL', 'setns EBADF', hostname()]);
    const [first] = answers;
    assert.ok(first && !('code' in first));
    assert.equal(first.release, readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim());
    assert.equal(readLinksOf(process.pid).uts, own.inode);
    assert.deepEqual(readUts([]), []);
    for (const namespace of [own, other, net]) closeNamespace(namespace);
  } finally {
    await held.end();
  }
  assert.equal(countDescriptors(), before);
});
