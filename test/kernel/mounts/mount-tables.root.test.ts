// The tables of mounts of real mount namespaces, by each way, against the text of mountinfo.
import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, readFileSync, rmdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readMountTables, type TableQuestion, type TableReading } from '../../../src/kernel/mounts/mount-tables.ts';
import { nsGetMntnsId } from '../../../src/kernel/nsfs/nsfs.ts';
import { isKnown } from '../../../src/model/snapshot/known.ts';
import type { Mount } from '../../../src/model/snapshot/schema.ts';
import { type Held, hold } from '../../held-process.ts';
import { isLinuxSince } from '../../kernels/release.ts';
import { missing } from '../../tiers.ts';
import { countDescriptors } from '../open-descriptors.ts';

const skip = missing({ root: true, commands: ['unshare', 'mount', 'chroot'] });
const canListById = isLinuxSince(6, 12);

let held: Held;
let directory: string;

/** Every kind of propagation, over-mounts, an overlay (where the kernel has it), bound files, flags, and names that a terminal must not see. */
const layout = (top: string) => `set -e
mount -t tmpfs -o nosuid,nodev,size=4m,mode=755 top ${top}; cd ${top}
mkdir shared slave private unbindable over lower upper work merged 'a b' "$(printf 'new\\nline')" "$(printf 'esc\\033[31m')" 'back\\slash' 'hash#'
touch file bound
for one in shared slave private unbindable; do mount -t tmpfs $one $one; done
mount --make-shared shared; mount --bind shared slave; mount --make-slave slave; mount --make-shared slave
mount --make-private private; mount --make-unbindable unbindable
mount -t tmpfs one over; mount -t tmpfs two over; mount -o remount,bind,ro,noexec,noatime over
mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work layers merged 2>&- || mount -t tmpfs -o size=1m,mode=700,nr_inodes=9 layers merged
mount --bind file bound; mount -o remount,ro,bind bound
mount -t tmpfs 'a source' 'a b'; mount -t tmpfs n "$(printf 'new\\nline')"; mount -t tmpfs n "$(printf 'esc\\033[31m')"
mount -t tmpfs n 'back\\slash'; mount -t tmpfs -o ro n 'hash#'
echo made; exec sleep 120`;

before(async () => {
  if (skip) return;
  directory = mkdtempSync(join(tmpdir(), 'nscope-tables-'));
  held = await hold('unshare', ['-m', 'sh', '-c', layout(directory)]);
});

after(async () => {
  await held?.end();
  if (directory) rmdirSync(directory);
});

/** A line of mountinfo, taken apart here again. */
function readLines(pid: number) {
  const decode = (word: string) =>
    word.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
  return readFileSync(`/proc/${pid}/mountinfo`, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [left = '', right = ''] = line.split(' - ');
      const [oldId, oldParent, device, root = '', point = '', options = '', ...optional] = left.split(' ');
      const [fsType, source = '', superOptions = ''] = right.split(' ');
      const group = (name: string) => Number(optional.find((one) => one.startsWith(`${name}:`))?.split(':')[1] ?? 0);
      return {
        oldId: Number(oldId),
        oldParent: Number(oldParent),
        device,
        root: decode(root),
        mountPoint: decode(point),
        options: options.split(','),
        fsType,
        source: decode(source),
        superOptions: superOptions.split(','),
        shared: group('shared'),
        master: group('master'),
        from: group('propagate_from'),
        unbindable: optional.includes('unbindable'),
      };
    });
}

function plain(mounts: readonly Mount[]) {
  return mounts.map(({ id, parent, locked, peerGroup, propagateFrom, idMap, ...mount }) => ({
    ...mount,
    master: mount.master ?? 0,
    shared: peerGroup ?? 0,
    from: propagateFrom ?? 0,
  }));
}

function ask(
  pids: readonly number[],
  ways: { statmount: boolean; mountinfo: boolean },
  paths: string[] = [],
): TableReading {
  const [path = ''] = [...paths, `/proc/${pids[0]}/ns/mnt`];
  const inode = statSync(path).ino;
  const fd = openSync(path, 'r');
  const id = canListById ? String(nsGetMntnsId(fd)) : undefined;
  closeSync(fd);
  const question: TableQuestion = { inode, id, own: false, pids, paths, mayBeLocked: true };
  const [reading] = readMountTables([question], ways);
  assert.ok(reading);
  assert.equal(reading.inode, inode);
  return reading;
}

function mountsOf({ mounts }: TableReading): readonly Mount[] {
  assert.ok(isKnown(mounts), JSON.stringify(mounts));
  return mounts;
}

test('By mountinfo and the ids of listmount, by statmount and by mountinfo alone a mount namespace has the same mounts.', {
  skip,
}, () => {
  const lines = readLines(held.pid);
  assert.ok(lines.some(({ mountPoint }) => mountPoint === `${directory}/new\nline`));
  assert.ok(lines.some(({ master, shared }) => master > 0 && shared > 0));
  assert.ok(lines.some(({ source, superOptions }) => source === 'layers' && superOptions.length > 3));
  const descriptors = countDescriptors();
  const both = ask([held.pid], { statmount: true, mountinfo: true });
  const alone = ask([held.pid], { statmount: false, mountinfo: true });
  assert.deepEqual(plain(mountsOf(both)), lines);
  assert.deepEqual(plain(mountsOf(alone)), lines);
  assert.deepEqual([both.via, both.pid, both.cut], ['mountinfo', held.pid, undefined]);
  assert.equal(mountsOf(alone)[0]?.id, undefined);
  const byId = ask([held.pid], { statmount: true, mountinfo: false });
  if (canListById) {
    assert.equal(byId.via, 'statmount');
    // statmount(2) shows the directory of a control group as it is, mountinfo as the reader's cgroup namespace has it.
    const comparable = (mounts: ReturnType<typeof plain>) =>
      mounts.map((one) => (one.fsType?.startsWith('cgroup') ? { ...one, root: '' } : one));
    const source = isLinuxSince(6, 13);
    const told = (mounts: ReturnType<typeof plain>) =>
      comparable(mounts).map((one) => (source ? one : { ...one, source: '', fsType: one.fsType.split('.')[0] ?? '' }));
    assert.deepEqual(told(plain(mountsOf(byId))), told(lines as ReturnType<typeof plain>));
    const ids = (reading: TableReading) => mountsOf(reading).map(({ id, oldId }) => `${id} ${oldId}`);
    assert.deepEqual(ids(both), ids(byId));
    assert.ok(mountsOf(both).every(({ id }) => BigInt(id ?? 0) > 2n ** 31n));
    const { id, oldId } = mountsOf(both).find(({ mountPoint }) => mountPoint === directory) ?? {};
    const on = mountsOf(both).filter(({ mountPoint }) => mountPoint === `${directory}/shared`);
    assert.deepEqual(
      on.map(({ parent, oldParent }) => [parent, oldParent]),
      [[id, oldId]],
    );
  } else {
    assert.equal(byId.via, 'none');
    assert.ok(!isKnown(byId.mounts));
  }
  assert.equal(countDescriptors(), descriptors);
});

test('A mount namespace that only a descriptor holds has the same mounts, by statmount or from within.', {
  skip,
}, async () => {
  const short = await hold('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs hid /mnt; echo made; exec sleep 60']);
  const lines = readLines(short.pid);
  const fd = openSync(`/proc/${short.pid}/ns/mnt`, 'r');
  await short.end();
  try {
    const path = `/proc/self/fd/${fd}`;
    const found = ask([], { statmount: true, mountinfo: true }, [path]);
    // Before 6.13 statmount(2) does not tell sources: mountinfo from within has them.
    assert.equal(found.via, isLinuxSince(6, 13) ? 'statmount' : 'mountinfo');
    assert.ok(mountsOf(found).every(({ id }) => (id !== undefined) === canListById));
    assert.ok(mountsOf(found).some(({ source }) => source === 'hid'));
    const inside = ask([], { statmount: false, mountinfo: true }, [path]);
    assert.equal(inside.via, 'mountinfo');
    assert.equal(inside.pid, undefined);
    for (const reading of [found, inside])
      assert.deepEqual(
        mountsOf(reading).map(({ oldId, mountPoint }) => [oldId, mountPoint]),
        lines.map(({ oldId, mountPoint }) => [oldId, mountPoint]),
      );
    assert.ok(lines.some(({ mountPoint, source }) => mountPoint === '/mnt' && source === 'hid'));
  } finally {
    closeSync(fd);
  }
});

test('A process in a chroot cuts no table short: the ids of the kernel, another process or a look from within show all.', {
  skip,
}, async () => {
  const jailed = await hold('unshare', [
    '-m',
    'sh',
    '-c',
    'mount -t tmpfs jail /mnt; exec chroot /usr sh -c "echo made; exec sleep 60"',
  ]);
  try {
    for (const ways of [
      { statmount: true, mountinfo: true },
      { statmount: false, mountinfo: true },
    ]) {
      const reading = ask([jailed.pid], ways);
      assert.equal(reading.cut, undefined, JSON.stringify(ways));
      assert.ok(mountsOf(reading).some(({ mountPoint, source }) => mountPoint === '/mnt' && source === 'jail'));
    }
  } finally {
    await jailed.end();
  }
});
