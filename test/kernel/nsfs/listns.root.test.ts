import assert from 'node:assert/strict';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { test } from 'node:test';
import { isSyscallError } from '../../../src/kernel/addon/syscall-error.ts';
import { openNsHandle, readNsHandle } from '../../../src/kernel/nsfs/handles.ts';
import { listns } from '../../../src/kernel/nsfs/listns.ts';
import { nsGetId } from '../../../src/kernel/nsfs/nsfs.ts';
import { namespaceTypes } from '../../../src/model/snapshot/namespace-types.ts';
import { type BedNamespace, bedNeeds, makeBed } from '../../bed/bed.ts';
import { isLinuxSince } from '../../kernels/release.ts';
import { missing } from '../../tiers.ts';
import { countDescriptors } from '../open-descriptors.ts';

const skip = missing({ ...bedNeeds, root: true });
const hasHandles = isLinuxSince(6, 18);
const hasListns = isLinuxSince(6, 19);

/** Held, but by nothing that the kernel counts: no task, no descriptor or bind mount of nsfs, no active owned namespace. */
const inactive = new Set([
  'attached-segment ipc',
  'cgroup-file cgroup',
  'closed-peer net',
  'connection net',
  'connection pid',
  'connection user',
  'detached-file-system pid',
  'detached-file-system user',
  'file-credentials user',
  'file-system pid',
  'fs-context cgroup',
  'fs-context ipc',
  'fs-context net',
  'fs-context pid',
  'fuse pid',
  'macvtap net',
  'mapped-socket net',
  'mapping user',
  'message net',
  'message pid',
  'parent-only pid',
  'peer-credentials pid',
  'perf-event pid',
  'pidfd pid',
  'pidfd-mount pid',
  'proc-directory pid',
  'proc-file pid',
  'proc-file-elsewhere pid',
  'proc-id-map user',
  // From 7.3 on such a file holds what the execution of the program left, and not the memory.
  ...(isLinuxSince(7, 3) ? [] : ['proc-maps user', 'proc-mem user']),
  'proc-mounts mnt',
  'proc-net net',
  'proc-net-of-process pid',
  'proc-net-single net',
  'proc-setgroups user',
  'proc-sysvipc ipc',
  'proc-sysvipc pid',
  'proc-watch pid',
  'process-file-mount pid',
  'process-mount pid',
  'root-directory pid',
  'signal-target pid',
  'socket net',
  'socket-in-flight net',
  'tap net',
  'working-directory pid',
]);

function nameOf({ place, type }: BedNamespace): string {
  return `${place} ${type}`;
}

function isOpenedByHandle({ id, type, inode }: BedNamespace): boolean {
  try {
    const fd = openNsHandle({ id: id ?? 0n, type, inode });
    assert.equal(fstatSync(fd).ino, inode);
    closeSync(fd);
    return true;
  } catch (error) {
    assert.ok(isSyscallError(error) && error.code === 'ESTALE', String(error));
    return false;
  }
}

test('A handle opens every active namespace by its id, and none after it is gone.', { skip }, async () => {
  const before = countDescriptors();
  const bed = await makeBed();
  if (!hasHandles) {
    await bed.release();
    assert.throws(() => openNsHandle({ id: 1n }), { code: 'EBADF' });
    return;
  }
  const refused = bed.namespaces.filter((namespace) => !isOpenedByHandle(namespace));
  await bed.release();
  assert.ok(bed.namespaces.length > 100);
  if (hasListns) {
    const possible = new Set(bed.namespaces.map(nameOf));
    assert.deepEqual(
      [...new Set(refused.map(nameOf))].sort(),
      [...inactive].filter((name) => possible.has(name)),
    );
  }
  const deadline = Date.now() + 20_000;
  for (const namespace of bed.namespaces) {
    while (isOpenedByHandle(namespace)) {
      assert.ok(Date.now() < deadline, `${nameOf(namespace)} is left`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  assert.equal(countDescriptors(), before);
});

test('The handle of a namespace is its id, type and inode number.', { skip }, () => {
  for (const type of namespaceTypes) {
    const fd = openSync(`/proc/self/ns/${type}`, 'r');
    if (hasHandles) {
      const handle = readNsHandle(fd);
      assert.deepEqual(handle, { id: nsGetId(fd), type, inode: fstatSync(fd).ino });
      closeSync(openNsHandle(handle));
      assert.throws(() => openNsHandle({ ...handle, inode: 1 }), { code: /ESTALE|EINVAL/ });
    } else assert.throws(() => readNsHandle(fd), { code: 'EOPNOTSUPP' });
    closeSync(fd);
  }
});

test('listns tells the id of every active namespace, also by type and by owner.', { skip }, async () => {
  if (!hasListns) {
    assert.throws(() => listns(), { code: 'ENOSYS', syscall: 'listns' });
    return;
  }
  const bed = await makeBed();
  const all = listns();
  const byType = namespaceTypes.map((type) => [type, new Set(listns({ types: [type] }))] as const);
  const owner = bed.namespaces.find(({ place, auxiliary }) => place === 'owner-only' && !auxiliary);
  const owned = bed.namespaces.find(({ place, auxiliary }) => place === 'owner-only' && auxiliary);
  assert.ok(owner?.id !== undefined && owned?.id !== undefined);
  assert.deepEqual([...listns({ userNsId: owner.id })], [owned.id]);
  await bed.release();
  const ids = new Set(all);
  assert.equal(ids.size, all.length);
  assert.equal(
    byType.reduce((sum, [, found]) => sum + found.size, 0),
    all.length,
  );
  for (const namespace of bed.namespaces) {
    const name = nameOf(namespace);
    assert.ok(namespace.id !== undefined);
    // Of the two of that place one may be active and the other not.
    if (name !== 'proc-file-elsewhere pid')
      assert.equal(ids.has(namespace.id), !inactive.has(name) || namespace.auxiliary, name);
    for (const [type, found] of byType)
      assert.equal(found.has(namespace.id), ids.has(namespace.id) && type === namespace.type, `${name} in ${type}`);
  }
});
