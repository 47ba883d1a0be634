// nscope busy and block devices: what is made of a device, and which file systems have it. umount(8) and an exclusive open(2)
// are the judges.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { missing } from '../../tiers.ts';
import { BusyBed, makeLoop, openExclusively } from './busy-bed.ts';

const skip = missing({ root: true, commands: ['unshare', 'nsenter', 'mount', 'umount', 'mountpoint', 'python3'] });

test('A loop device that mount made is given back by the unmount, and by no command of its own.', {
  skip,
}, async (t) => {
  const bed = await BusyBed.make(t);
  const path = bed.mountTmpfs('vol');
  const image = `${path}/disk`;
  bed.run('truncate', '-s', '16M', image);
  bed.run('mkfs.ext4', '-q', image);
  const inner = bed.directory('inner');
  bed.run('mount', '-o', 'loop', image, inner);
  const { unmount } = bed.proveUnmount(path, (row) => row.kind === 'loop');
  assert.deepEqual(
    unmount?.steps.map(({ command }) => command),
    [`umount ${inner}`, `umount ${path}`],
  );
});

test('A loop device whose file lies on a mount is given back first, with what is mounted of it.', {
  skip,
}, async (t) => {
  const bed = await BusyBed.make(t);
  const path = bed.mountTmpfs('vol');
  const { device } = makeLoop(t, bed, 'vol/disk');
  const inner = bed.directory('inner');
  bed.run('mount', device, inner);
  await bed.python(t, `os.chdir(${JSON.stringify(inner)})`);
  const { unmount } = bed.proveUnmount(path, (row) => row.kind === 'loop' && row.what === device);
  assert.ok(unmount?.steps.some(({ command }) => command === `losetup -d ${device}`));
});

test('Swap on a loop device keeps it, and the file system of its file.', { skip }, async (t) => {
  const bed = await BusyBed.make(t);
  const path = bed.mountTmpfs('vol');
  const { device } = makeLoop(t, bed, 'vol/swap', ['mkswap']);
  bed.run('swapon', device);
  t.after(() => spawnSync('swapoff', [device]));
  const answer = bed.ask(device);
  assert.ok(answer.fileSystem.rows.some(({ kind }) => kind === 'swap'));
  const { unmount } = bed.proveUnmount(path, (row) => row.kind === 'loop');
  assert.deepEqual(
    unmount?.steps.map(({ command }) => command),
    [`swapoff ${device}`, `losetup -d ${device}`, `umount ${path}`],
  );
});

test('A swap file keeps the mount that it lies on.', { skip }, async (t) => {
  const bed = await BusyBed.make(t);
  const { device } = makeLoop(t, bed, 'disk');
  const path = bed.directory('vol');
  bed.run('mount', device, path);
  bed.run('dd', 'if=/dev/zero', `of=${path}/swap`, 'bs=64k', 'count=32', 'status=none');
  bed.run('chmod', '600', `${path}/swap`);
  bed.run('mkswap', '-q', `${path}/swap`);
  bed.run('swapon', `${path}/swap`);
  t.after(() => bed.attempt('swapoff', `${path}/swap`));
  bed.proveUnmount(path, (row) => row.kind === 'swap');
});

test('A loop device of another mount namespace is not taken for one whose file has the same path here.', {
  skip,
}, async (t) => {
  const bed = await BusyBed.make(t);
  const path = bed.mountTmpfs('vol');
  bed.run('truncate', '-s', '8M', `${path}/img`);
  const text = `mount -t tmpfs other ${path} && truncate -s 8M ${path}/img && losetup -f --show ${path}/img`;
  const other = await bed.hold(
    t,
    'unshare',
    '-m',
    'sh',
    '-c',
    `${text} > ${bed.room}/loop; echo ready; exec sleep 1000`,
  );
  const device = bed.run('cat', `${bed.room}/loop`).trim();
  t.after(() => spawnSync('losetup', ['-d', device]));
  assert.equal(bed.ask(path).unmount?.verdict, 'free');
  const { unmount } = bed.ask('--in', `${other.pid}`, path);
  assert.ok(unmount?.rows.some(({ kind, what }) => kind === 'loop' && what === device));
  bed.run('umount', path);
});

test('A device that is open itself is said to be, and by whom.', { skip }, async (t) => {
  const bed = await BusyBed.make(t);
  const { device } = makeLoop(t, bed, 'disk');
  const { pid } = await bed.python(t, `fd = os.open(${JSON.stringify(device)}, os.O_RDONLY | os.O_EXCL)`);
  for (const words of [['--no-bpf'], []])
    assert.ok(
      bed.ask(...words, device).fileSystem.rows.some((row) => row.kind === 'open-device' && row.pid === pid),
      words.join(' '),
    );
  bed.follow(bed.ask(device).fileSystem);
  openExclusively(bed, device);
});

test('A device is found by its numbers and its UUID, a mount by both of its ids, and a file by the mount that it lies on.', {
  skip,
}, async (t) => {
  const bed = await BusyBed.make(t);
  const { device } = makeLoop(t, bed, 'disk');
  const path = bed.directory('vol');
  bed.run('mount', device, path);
  bed.run('touch', `${path}/f`);
  const [numbers = '', uuid = '', id = ''] = bed.run('findmnt', '-no', 'MAJ:MIN,UUID,ID', path).trim().split(/\s+/);
  const { subject } = bed.ask(path);
  assert.equal(subject.device, numbers);
  const [{ id: unique = '' } = {}] = subject.mounts as { id: string }[];
  for (const word of [device, numbers, `UUID=${uuid}`, id, unique, `${path}/f`])
    assert.deepEqual(bed.ask(word).subject.mounts, subject.mounts, word);
  assert.match(bed.ask(`${path}/f`).subject.notes.join(), /is not a mount point: it lies on the mount on/);
});

test('A partition that is mounted keeps the whole device, and one that nothing uses does not.', {
  skip: missing({ root: true, commands: ['addpart', 'delpart'] }),
}, async (t) => {
  const bed = await BusyBed.make(t);
  const { device } = makeLoop(t, bed, 'disk', ['true']);
  bed.run('addpart', device, '1', '2048', '16384');
  t.after(() => spawnSync('delpart', [device, '1']));
  const part = `${device}p1`;
  const path = bed.directory('vol');
  bed.run('mkfs.ext4', '-q', part);
  assert.equal(bed.ask(device).fileSystem.verdict, 'free');
  bed.run('mount', part, path);
  assert.throws(() => openExclusively(bed, device), /busy/i);
  const { unmount, fileSystem } = bed.ask(device);
  assert.equal(unmount, null);
  assert.deepEqual(
    fileSystem.rows.map(({ kind, what }) => [kind, what]),
    [['partition', part]],
  );
  bed.follow(fileSystem);
  openExclusively(bed, device);
});

test('Who has mounted a whole device has its partitions as well.', {
  skip: missing({ root: true, commands: ['addpart', 'delpart'] }),
}, async (t) => {
  const bed = await BusyBed.make(t);
  const { device } = makeLoop(t, bed, 'disk');
  bed.run('addpart', device, '1', '2048', '16384');
  t.after(() => spawnSync('delpart', [device, '1']));
  const path = bed.directory('vol');
  bed.run('mount', device, path);
  assert.throws(() => openExclusively(bed, `${device}p1`), /busy/i);
  const { fileSystem } = bed.ask(`${device}p1`);
  assert.match(fileSystem.rows[0]?.note ?? '', /of all of \/dev\/loop\d+, a part of which this is$/);
  bed.follow(fileSystem);
  openExclusively(bed, `${device}p1`);
});

test('A loop device that is made of another one keeps that.', { skip }, async (t) => {
  const bed = await BusyBed.make(t);
  const { device } = makeLoop(t, bed, 'disk', ['true']);
  const upper = bed.run('losetup', '-f', '--show', device).trim();
  t.after(() => spawnSync('losetup', ['-d', upper]));
  const isThere = () => bed.attempt('losetup', device).status === 0;
  bed.run('losetup', '-d', device);
  assert.ok(isThere(), 'nothing kept it');
  const { fileSystem } = bed.ask(device);
  assert.deepEqual(
    fileSystem.rows.map(({ kind, what, path }) => [kind, what, path]),
    [['loop', upper, device]],
  );
  bed.follow(fileSystem);
  assert.ok(!isThere());
});

test('Each device of a btrfs is known to be in use by it, and unmounting it frees them.', {
  skip: missing({ root: true, commands: ['mkfs.btrfs'] }),
}, async (t) => {
  const bed = await BusyBed.make(t);
  const devices = ['a', 'b'].map((name) => makeLoop(t, bed, name, ['truncate', '-s', '120M']).device);
  bed.run('mkfs.btrfs', '-q', ...devices);
  const path = bed.directory('vol');
  bed.run('mount', devices[0] ?? '', path);
  const user = await bed.python(t, `os.chdir(${JSON.stringify(path)})`);
  const other = await bed.hold(
    t,
    'unshare',
    '-m',
    '--propagation',
    'private',
    'sh',
    '-c',
    'echo ready; exec sleep 999',
  );
  for (const device of devices) {
    assert.throws(() => openExclusively(bed, device), /busy/i);
    const { unmount, fileSystem } = bed.ask(device);
    assert.ok(unmount?.rows.some(({ kind, pid }) => kind === 'cwd' && pid === user.pid));
    assert.ok(fileSystem.rows.some(({ kind, workload }) => kind === 'mount' && workload === undefined));
    assert.ok(fileSystem.steps.some(({ command }) => command?.includes(`/proc/${other.pid}/ns/mnt`)));
  }
  bed.follow(bed.ask(devices[1] ?? '').fileSystem);
  for (const device of devices) openExclusively(bed, device);
});

test('A btrfs that is mounted nowhere any more, and still in use, is said to lie on the device.', {
  skip: missing({ root: true, commands: ['mkfs.btrfs'] }),
}, async (t) => {
  const bed = await BusyBed.make(t);
  const { device } = makeLoop(t, bed, 'disk', ['truncate', '-s', '120M']);
  bed.run('mkfs.btrfs', '-q', device);
  const path = bed.directory('vol');
  bed.run('mount', device, path);
  const user = await bed.python(t, `f = open(${JSON.stringify(`${path}/f`)}, 'w')`);
  bed.run('umount', '-l', path);
  assert.throws(() => openExclusively(bed, device), /busy/i);
  const { fileSystem } = bed.ask(device);
  assert.match(fileSystem.rows.find(({ kind }) => kind === 'file-system')?.what ?? '', /^btrfs [\da-f-]{36}$/);
  assert.deepEqual(
    fileSystem.steps.map(({ command }) => command),
    [null],
  );
  await user.end();
});

test('A device that has the log of an XFS or the journal of an ext4 is kept by it.', {
  skip: missing({ root: true, commands: ['mkfs.xfs', 'mke2fs'] }),
}, async (t) => {
  const bed = await BusyBed.make(t);
  const path = bed.directory('vol');
  const { device: data } = makeLoop(t, bed, 'data', ['truncate', '-s', '400M']);
  const { device: log } = makeLoop(t, bed, 'log', ['truncate', '-s', '80M']);
  const ways = [
    { make: [['mkfs.xfs', '-q', '-f', '-l', `logdev=${log},size=64m`, data]], mount: ['-o', `logdev=${log}`] },
    {
      make: [
        ['mke2fs', '-qF', '-O', 'journal_dev', log],
        ['mkfs.ext4', '-qF', '-J', `device=${log}`, data],
      ],
      mount: [],
    },
  ];
  for (const { make, mount } of ways) {
    for (const [command = '', ...words] of make) bed.run(command, ...words);
    bed.run('mount', ...mount, data, path);
    assert.throws(() => openExclusively(bed, log), /busy/i);
    const { unmount, fileSystem } = bed.ask(log);
    assert.equal(unmount, null);
    assert.deepEqual(
      fileSystem.rows.map(({ kind, what }) => [kind, what]),
      [['file-system', data]],
    );
    bed.follow(fileSystem);
    openExclusively(bed, log);
  }
});

test('A zram device is kept by what is mounted of it.', {
  skip: missing({ root: true, files: ['/sys/class/zram-control/hot_add'] }),
}, async (t) => {
  const bed = await BusyBed.make(t);
  const number = bed.run('cat', '/sys/class/zram-control/hot_add').trim();
  t.after(() => spawnSync('sh', ['-c', `echo ${number} >/sys/class/zram-control/hot_remove`]));
  bed.run('sh', '-c', `echo 16M >/sys/block/zram${number}/disksize`);
  const device = `/dev/zram${number}`;
  bed.run('mkfs.ext4', '-q', device);
  const path = bed.directory('vol');
  bed.run('mount', device, path);
  const reset = `echo 1 >/sys/block/zram${number}/reset`;
  assert.notEqual(bed.attempt('sh', '-c', reset).status, 0);
  bed.follow(bed.ask(device).fileSystem);
  bed.run('sh', '-c', reset);
});
