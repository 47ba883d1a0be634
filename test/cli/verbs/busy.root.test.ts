// nscope busy: what keeps a mount is named, and its commands release it. Each holder is real, and umount(8) the judge.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missing } from '../../tiers.ts';
import { main } from '../run-nscope.ts';
import { BusyBed, type BusyJson, makeLoop, openExclusively } from './busy-bed.ts';

const skip = missing({
  root: true,
  commands: ['unshare', 'nsenter', 'mount', 'umount', 'mountpoint', 'python3', 'ip'],
});

interface Case {
  readonly title: string;
  readonly kind: string;
  /** What a process does with the mount point, in Python: `at` is its path. */
  readonly text: string;
}

const cases: readonly Case[] = [
  { title: 'an open file', kind: 'open-file', text: `f = open(at + '/f', 'w')` },
  { title: 'an open directory', kind: 'directory', text: `fd = os.open(at, os.O_RDONLY)` },
  { title: 'a descriptor of O_PATH', kind: 'path-only', text: `fd = os.open(at, os.O_PATH)` },
  { title: 'a working directory', kind: 'cwd', text: `os.chdir(at)` },
  { title: 'a root directory', kind: 'root', text: `os.chroot(at)` },
  {
    title: 'the working directory of a thread alone',
    kind: 'cwd',
    text: [
      `import ctypes, threading`,
      `def work():`,
      `  ctypes.CDLL(None).unshare(0x200); os.chdir(at); done.set(); time.sleep(1000)`,
      `done = threading.Event(); threading.Thread(target=work, daemon=True).start(); done.wait()`,
    ].join('\n'),
  },
  {
    title: 'an open file of a thread that has descriptors of its own',
    kind: 'open-file',
    text: [
      `import ctypes, threading`,
      `def work():`,
      `  ctypes.CDLL(None).unshare(0x400); os.open(at + '/f', os.O_RDWR | os.O_CREAT); done.set(); time.sleep(1000)`,
      `done = threading.Event(); threading.Thread(target=work, daemon=True).start(); done.wait()`,
    ].join('\n'),
  },
  {
    title: 'a mapped file without a descriptor',
    kind: 'mapped-file',
    text: [
      // The module mmap would keep a descriptor.
      `import ctypes`,
      `fd = os.open(at + '/m', os.O_RDWR | os.O_CREAT); os.ftruncate(fd, 4096)`,
      `ctypes.CDLL(None).mmap(None, ctypes.c_size_t(4096), 3, 1, fd, ctypes.c_long(0)); os.close(fd)`,
    ].join('\n'),
  },
  {
    title: 'a unix socket that is bound to a name',
    kind: 'bound-socket',
    text: `import socket; s = socket.socket(socket.AF_UNIX); s.bind(at + '/s'); s.listen()`,
  },
  {
    title: 'a file that waits in the queue of a unix socket',
    kind: 'in-flight',
    text: [
      `import socket, array; a, b = socket.socketpair()`,
      `fd = os.open(at + '/q', os.O_RDWR | os.O_CREAT)`,
      `a.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [fd]))]); os.close(fd)`,
    ].join('\n'),
  },
];

for (const { title, kind, text } of cases)
  test(`What uses a mount by ${title} is named, and umount succeeds after the commands.`, { skip }, async (t) => {
    const bed = await BusyBed.make(t);
    const path = bed.mountTmpfs('vol');
    const { pid } = await bed.python(t, `at = ${JSON.stringify(path)}\n${text}`);
    bed.proveUnmount(path, (row) => row.kind === kind && row.pid === pid);
  });

test('The shell in which nscope was called is not to be ended, but to leave the directory.', { skip }, async (t) => {
  const bed = await BusyBed.make(t);
  const path = bed.mountTmpfs('vol');
  // What is printed is what the shell then does.
  const text = `cd ${path}; "$@" > ${bed.room}/answer; cd / && umount ${path}`;
  bed.run('sh', '-c', text, 'sh', process.execPath, main, 'busy', '--json', path);
  const { unmount } = JSON.parse(bed.run('cat', `${bed.room}/answer`)) as BusyJson;
  assert.deepEqual(
    unmount?.steps.map(({ command }) => command),
    ['cd /', `umount ${path}`],
  );
});

test('A program that runs from a mount keeps it.', { skip }, async (t) => {
  const bed = await BusyBed.make(t);
  const path = bed.mountTmpfs('vol');
  bed.run('cp', '/bin/sleep', path);
  const { pid } = await bed.hold(t, 'sh', '-c', `echo ready; exec ${path}/sleep 1000`);
  bed.proveUnmount(path, (row) => row.kind === 'program' && row.pid === pid);
});

test('Mounts below are unmounted first, the deepest before all, with what uses them and a namespace that they pin.', {
  skip,
}, async (t) => {
  const bed = await BusyBed.make(t);
  const path = bed.mountTmpfs('vol');
  bed.run('mkdir', `${path}/a`);
  bed.run('mount', '-t', 'tmpfs', 'a', `${path}/a`);
  bed.run('mkdir', `${path}/a/b`);
  bed.run('mount', '-t', 'tmpfs', 'b', `${path}/a/b`);
  bed.run('touch', `${path}/a/net`);
  bed.run('unshare', `--net=${path}/a/net`, 'true');
  await bed.python(t, `os.chdir(${JSON.stringify(`${path}/a/b`)})`);
  const { unmount } = bed.proveUnmount(path, (row) => row.kind === 'mount-below' && row.path === `${path}/a/b`);
  assert.ok(unmount?.rows.some(({ kind, what }) => kind === 'mount-below' && what.startsWith('net:[')));
});

test('Of two mounts on one path the upper one is meant, and the lower one is said to lie there.', {
  skip,
}, async (t) => {
  const bed = await BusyBed.make(t);
  const path = bed.mountTmpfs('vol');
  bed.run('mount', '-t', 'tmpfs', 'upper', path);
  await bed.python(t, `f = open(${JSON.stringify(`${path}/f`)}, 'w')`);
  const refused = bed.attempt('umount', path);
  assert.match(refused.stderr, /busy/);
  const { subject, unmount } = bed.ask(path);
  assert.match(subject.notes.join('\n'), /tmpfs vol \(mount \d+\) lies on the same path/);
  assert.ok(unmount);
  bed.follow(unmount);
  assert.match(bed.run('findmnt', '-no', 'SOURCE', path), /^vol$/m);
});

test('Of several mounts on one path each is unmounted by a command of its own.', { skip }, async (t) => {
  const bed = await BusyBed.make(t);
  const path = bed.mountTmpfs('vol');
  const lower = bed.run('findmnt', '-no', 'ID', path).trim();
  bed.run('mkdir', `${path}/below`);
  bed.run('mount', '-t', 'tmpfs', 'below', `${path}/below`);
  bed.run('mount', '-t', 'tmpfs', 'upper', path);
  const { unmount } = bed.ask(lower);
  assert.ok(unmount);
  assert.deepEqual(
    unmount.steps.map(({ command }) => command),
    [`umount ${path}`, `umount ${path}/below`, `umount ${path}`],
  );
  bed.follow(unmount);
  assert.notEqual(bed.attempt('mountpoint', '-q', path).status, 0);
});

test('A copy in another mount namespace keeps the file system and not the mount; both are said, and nsenter unmounts it.', {
  skip,
}, async (t) => {
  const bed = await BusyBed.make(t);
  const { image, device } = makeLoop(t, bed, 'disk');
  const path = bed.directory('vol');
  bed.run('mount', device, path);
  const other = await bed.hold(
    t,
    'unshare',
    '-m',
    '--propagation',
    'private',
    'sh',
    '-c',
    'echo ready; exec sleep 1000',
  );
  const before = bed.ask(path);
  assert.equal(before.unmount?.verdict, 'free');
  assert.equal(before.status, 1);
  const copy = before.fileSystem.rows.find((row) => row.kind === 'mount' && row.path === path);
  assert.match(copy?.note ?? '', /stays when .* is unmounted, and keeps the file system/);
  bed.run('umount', path);
  assert.throws(() => openExclusively(bed, device), /busy/i);
  const answer = bed.ask(device);
  assert.equal(answer.unmount, null);
  assert.ok(answer.fileSystem.steps.some(({ command }) => command?.includes(`/proc/${other.pid}/ns/mnt`)));
  bed.follow(answer.fileSystem);
  openExclusively(bed, device);
  assert.ok(image);
});

test('Who uses a copy that propagation would unmount as well lets umount fail, and is named.', { skip }, async (t) => {
  const bed = await BusyBed.make(t);
  const around = bed.mountTmpfs('shared');
  bed.run('mount', '--make-shared', around);
  bed.run('mkdir', `${around}/vol`);
  const other = await bed.hold(
    t,
    'unshare',
    '-m',
    '--propagation',
    'unchanged',
    'sh',
    '-c',
    'echo ready; exec sleep 1000',
  );
  const path = `${around}/vol`;
  bed.run('mount', '-t', 'tmpfs', 'vol', path);
  const user = await bed.hold(
    t,
    'nsenter',
    '-t',
    `${other.pid}`,
    '-m',
    'sh',
    '-c',
    `cd ${path}; echo ready; exec sleep 1000`,
  );
  const { unmount } = bed.proveUnmount(path, (row) => row.kind === 'cwd' && row.pid === user.pid);
  assert.deepEqual(
    unmount?.steps.map(({ command }) => command),
    [`kill ${user.pid}`, `umount ${path}`],
    'the copy goes along, and is not unmounted by itself',
  );
});

test('A copy in a mount namespace that no process is in is unmounted in it.', { skip }, async (t) => {
  const bed = await BusyBed.make(t);
  const { device } = makeLoop(t, bed, 'disk');
  const path = bed.directory('vol');
  bed.run('mount', device, path);
  bed.run('touch', `${bed.room}/mnt`);
  // The kernel refuses what is not newer than the mount namespace around; ids are given out for each processor.
  const pin = () => bed.attempt('unshare', `--mount=${bed.room}/mnt`, '--propagation', 'private', 'true').status === 0;
  assert.ok([...Array(50)].some(pin));
  bed.run('umount', path);
  assert.throws(() => openExclusively(bed, device), /busy/i);
  const { fileSystem } = bed.ask(device);
  assert.match(fileSystem.steps[0]?.note ?? '', /no process is in mnt:\[\d+\]/);
  bed.follow(fileSystem);
  openExclusively(bed, device);
});

test('A copy in the mount namespace of another user namespace is locked, and goes with the processes there.', {
  skip,
}, async (t) => {
  const bed = await BusyBed.make(t);
  const { device } = makeLoop(t, bed, 'disk');
  const path = bed.directory('vol');
  bed.run('mount', device, path);
  const { pid } = await bed.hold(t, 'unshare', '-U', '-m', 'sh', '-c', 'echo ready; exec sleep 1000');
  const inside = bed.attempt('nsenter', '-t', `${pid}`, '-U', '-m', '--preserve-credentials', 'umount', path);
  assert.notEqual(inside.status, 0, 'it is not locked');
  bed.run('umount', path);
  assert.throws(() => openExclusively(bed, device), /busy/i);
  const { fileSystem } = bed.ask(device);
  assert.deepEqual(
    fileSystem.steps.map(({ command }) => command),
    [`kill ${pid}`],
  );
  bed.follow(fileSystem);
  openExclusively(bed, device);
});

test('What is open on a mount that was detached lazily keeps the device.', { skip }, async (t) => {
  const bed = await BusyBed.make(t);
  const { device } = makeLoop(t, bed, 'disk');
  const path = bed.directory('vol');
  bed.run('mount', device, path);
  const { pid } = await bed.python(t, `f = open(${JSON.stringify(`${path}/f`)}, 'w')`);
  bed.run('umount', '-l', path);
  assert.throws(() => openExclusively(bed, device), /busy/i);
  for (const words of [['--no-bpf'], []]) {
    const { fileSystem } = bed.ask(...words, device);
    const row = fileSystem.rows.find((one) => one.pid === pid && one.kind === 'open-file');
    assert.match(row?.note ?? '', /umount -l/, words.join(' '));
    if (words.length === 0) bed.follow(fileSystem);
  }
  openExclusively(bed, device);
});

test('A layer of an overlay keeps the file system and not the mount.', { skip }, async (t) => {
  const bed = await BusyBed.make(t);
  const { device } = makeLoop(t, bed, 'disk');
  const path = bed.directory('vol');
  bed.run('mount', device, path);
  bed.run('mkdir', `${path}/low`, `${path}/up`, `${path}/work`);
  const merged = bed.directory('merged');
  bed.run(
    'mount',
    '-t',
    'overlay',
    'layers',
    '-o',
    `lowerdir=${path}/low,upperdir=${path}/up,workdir=${path}/work`,
    merged,
  );
  await bed.python(t, `f = open(${JSON.stringify(`${merged}/f`)}, 'w')`);
  const answer = bed.ask(path);
  assert.equal(answer.unmount?.verdict, 'free');
  assert.ok(answer.fileSystem.rows.some(({ kind, path: layer }) => kind === 'overlay' && layer === `${path}/up`));
  bed.follow(answer.fileSystem);
  openExclusively(bed, device);
});

test('Layers with relative paths are said not to be found, and a layer is never called certain.', {
  skip,
}, async (t) => {
  const bed = await BusyBed.make(t);
  const path = bed.mountTmpfs('vol');
  bed.run('mkdir', `${path}/low`, `${path}/up`, `${path}/work`);
  const merged = bed.directory('merged');
  const options = 'lowerdir=low,upperdir=up,workdir=work';
  bed.run('sh', '-c', `cd ${path} && mount -t overlay layers -o ${options} ${merged}`);
  const { status, unseen, fileSystem } = bed.ask(path);
  assert.equal(status, 3);
  assert.match(unseen.join('\n'), /layers of the overlay layers .* lie: low, up is relative/);
  assert.ok(!fileSystem.rows.some(({ kind }) => kind === 'overlay'));
  bed.run('umount', merged);
  bed.run('mount', '-t', 'overlay', 'layers', '-o', `lowerdir=${path}/low:${path}/up`, merged);
  const layer = bed.ask(path).fileSystem.rows.find(({ kind }) => kind === 'overlay');
  assert.match(layer?.note ?? '', /inferred/);
});

test('A mount that nothing keeps has status 0, and one that is gone is said to be, with where its path is a mount point.', {
  skip,
}, async (t) => {
  const bed = await BusyBed.make(t);
  const path = bed.mountTmpfs('vol');
  const { status, unmount, unseen } = bed.ask(path);
  // Process 1 of some hosts is withheld from everybody.
  for (const one of unseen) assert.match(one, /the links of which are refused$/);
  assert.deepEqual([status, unmount?.verdict], [unseen.length > 0 ? 3 : 0, 'free']);
  const other = await bed.hold(
    t,
    'unshare',
    '-m',
    '--propagation',
    'private',
    'sh',
    '-c',
    'echo ready; exec sleep 1000',
  );
  // Something else lies on the same path there.
  const inside = `mount -t tmpfs over ${path} && mkdir ${path}/x && mount -t tmpfs x ${path}/x`;
  bed.run('nsenter', '-t', `${other.pid}`, '-m', 'sh', '-c', inside);
  bed.run('mount', '-t', 'tmpfs', 'again', path);
  assert.match(bed.ask(path).subject.notes.join(), /something else lies on this path in mnt:\[\d+\]: --in says which/);
  bed.run('umount', path);
  const gone = bed.attempt(process.execPath, main, 'busy', `${path}/x`);
  assert.equal(gone.status, 2);
  assert.match(gone.stderr, /it is a mount point in mnt:\[\d+\].*--in TARGET/);
  assert.equal(bed.ask('--in', `${other.pid}`, `${path}/x`).unmount?.verdict, 'free');
  assert.equal(bed.ask('--in', `${other.pid}`, path).unmount?.verdict, 'busy');
});

test('Relative layers are looked for above the mount point of an overlay, where engines keep them.', {
  skip,
}, async (t) => {
  const bed = await BusyBed.make(t);
  const { device } = makeLoop(t, bed, 'disk');
  const path = bed.directory('vol');
  bed.run('mount', device, path);
  // As docker does where the options would be longer than a page.
  const base = `${path}/docker/overlay2`;
  bed.run('mkdir', '-p', `${base}/l`, `${base}/low/diff`, `${base}/top/diff`, `${base}/top/work`, `${base}/top/merged`);
  bed.run('ln', '-s', '../low/diff', `${base}/l/ABC`);
  const options = 'lowerdir=l/ABC,upperdir=top/diff,workdir=top/work';
  bed.run('sh', '-c', `cd ${base} && mount -t overlay overlay -o ${options} top/merged`);
  const { fileSystem, unmount, unseen } = bed.ask(path);
  assert.doesNotMatch(unseen.join(), /layers/);
  assert.deepEqual(
    fileSystem.rows.filter(({ kind }) => kind === 'overlay').map((row) => row.path),
    [`${base}/l/ABC`, `${base}/top/diff`],
  );
  bed.follow(unmount);
  openExclusively(bed, device);
});

test('Watches, marks of fanotify and process accounting keep no mount, and none is said to.', { skip }, async (t) => {
  const bed = await BusyBed.make(t);
  const path = bed.mountTmpfs('vol');
  const text = [
    `import ctypes; c = ctypes.CDLL(None); at = ${JSON.stringify(path)}.encode()`,
    `assert c.inotify_add_watch(c.inotify_init(), at, 0xfff) > 0`,
    ...['0', '0x10', '0x100'].map(
      (of) => `assert c.fanotify_mark(c.fanotify_init(0, 0), 1 | ${of}, ctypes.c_uint64(2), -100, at) == 0`,
    ),
    // Accounting is of a pid namespace.
    `assert c.unshare(0x20000000) == 0; open(at + b'/log', 'w').close(); child = os.fork()`,
    `if child == 0: assert c.acct(at + b'/log') == 0; print('ready', flush=True); time.sleep(1000)`,
    `os.waitpid(child, 0)`,
  ].join('\n');
  await bed.python(t, text);
  const { unmount, fileSystem } = bed.ask(path);
  assert.deepEqual([unmount?.verdict, fileSystem.rows], ['free', []]);
  bed.run('umount', path);
});

test('A path on a file system that does not answer is taken for one on the mount that its text leads to.', {
  skip,
}, async (t) => {
  const bed = await BusyBed.make(t);
  const path = bed.directory('vol');
  const server = await bed.hold(t, 'sh', '-c', `echo ready; exec ${process.execPath} ${main} mount ${path}`);
  for (let i = 0; bed.attempt('mountpoint', '-q', path).status !== 0; i++) assert.ok(i < 200, 'it was not mounted');
  const user = await bed.hold(t, 'sh', '-c', `cd ${path}; echo ready; exec sleep 1000`);
  process.kill(server.pid, 'SIGSTOP');
  const { subject, unmount } = bed.ask(`${path}/namespaces/by-type`);
  assert.match(subject.notes.join(), /the path was not looked at .*does not answer.*by its text/);
  assert.deepEqual(
    unmount?.steps.map(({ command }) => command),
    [`kill ${user.pid}`, `umount ${path}`],
  );
  process.kill(server.pid, 'SIGCONT');
  bed.follow(unmount);
});
