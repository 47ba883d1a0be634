import assert from 'node:assert/strict';
import { closeSync, fstatSync, openSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { decodeMounts } from '../../../src/kernel/mounts/mount-records.ts';
import { findNamespacesIn, nsMntGetInfo, readMountinfoIn, readMounts } from '../../../src/kernel/mounts/mounts.ts';
import { pidfdGetfd, pidfdGetNamespace, pidfdOpen, siocgskns } from '../../../src/kernel/net/sockets.ts';
import { openNsHandle, readNsHandle } from '../../../src/kernel/nsfs/handles.ts';
import { listns } from '../../../src/kernel/nsfs/listns.ts';
import { nsGetId, nsGetMntnsId } from '../../../src/kernel/nsfs/nsfs.ts';
import { namespaceTypes } from '../../../src/model/snapshot/namespace-types.ts';
import { isLinuxSince } from '../../kernels/release.ts';
import { missing } from '../../tiers.ts';
import { countDescriptors } from '../open-descriptors.ts';

const skip = missing({ unprivileged: true });

test('Without privilege a thread enters no mount namespace, and the refusal names the call.', { skip }, () => {
  const before = countDescriptors();
  const fd = openSync('/proc/self/ns/mnt', 'r');
  assert.throws(() => readMountinfoIn(fd), { code: 'EPERM', syscall: 'setns' });
  assert.throws(() => findNamespacesIn(fd, ['/']), { code: 'EPERM', syscall: 'setns' });
  closeSync(fd);
  assert.equal(countDescriptors(), before);
});

test('Without privilege the mounts of the own mount namespace are told.', { skip }, () => {
  const fd = openSync('/proc/self/ns/mnt', 'r');
  if (isLinuxSince(6, 12)) {
    const mounts = [...decodeMounts(readMounts(nsGetMntnsId(fd)))];
    assert.ok(mounts.some(({ mountPoint }) => mountPoint === '/proc'));
    assert.ok(nsMntGetInfo(fd).mounts >= mounts.length);
  } else assert.throws(() => readMounts(1n), { code: 'ENOSYS', syscall: 'listmount' });
  closeSync(fd);
});

test('Without privilege listns and handles show the caller its own namespaces alone.', { skip }, () => {
  const own = namespaceTypes.map((type) => {
    const fd = openSync(`/proc/self/ns/${type}`, 'r');
    const id = isLinuxSince(6, 18) ? nsGetId(fd) : undefined;
    if (id !== undefined) {
      const opened = openNsHandle(readNsHandle(fd));
      assert.equal(fstatSync(opened).ino, fstatSync(fd).ino);
      closeSync(opened);
    }
    closeSync(fd);
    return id;
  });
  if (!isLinuxSince(6, 19)) {
    assert.throws(() => listns(), { code: 'ENOSYS', syscall: 'listns' });
    return;
  }
  const listed = [...listns()];
  assert.ok(listed.length > 0);
  assert.deepEqual(
    listed.filter((id) => !own.includes(id)),
    [],
  );
});

test('Without privilege the descriptors of another user and its namespaces are refused.', { skip }, () => {
  const pidfd = pidfdOpen(1);
  assert.throws(() => pidfdGetfd(pidfd, 0), { code: 'EPERM', syscall: 'pidfd_getfd' });
  assert.throws(() => pidfdGetNamespace(pidfd, 'net'), { code: isLinuxSince(6, 11) ? 'EACCES' : 'ENOTTY' });
  closeSync(pidfd);
  const own = pidfdOpen(process.pid);
  if (isLinuxSince(6, 11)) {
    const fd = pidfdGetNamespace(own, 'net');
    assert.equal(fstatSync(fd).ino, statSync('/proc/self/ns/net').ino);
    closeSync(fd);
  }
  closeSync(own);
  const file = openSync('/proc/self/status', 'r');
  assert.throws(() => siocgskns(file), { code: 'ENOTTY', syscall: 'ioctl(SIOCGSKNS)' });
  closeSync(file);
});
