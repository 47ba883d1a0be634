// RELEASE of mounts: the command is pasted into a shell, and that mount is gone and no other.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { encodeText } from '../../../src/parse/text/text.ts';
import { hold, readOnlyChild } from '../../held-process.ts';
import { sightOfKernel } from '../../hiding/expectations.ts';
import { waitUntil } from '../../marked-processes.ts';
import { findCommand, missing } from '../../tiers.ts';
import { main, runNscope } from '../run-nscope.ts';
import { findRow, nameOf, ownRooms, paste, type ReleaseRow, readHolders, releaseOnly } from './release.ts';

const skip = missing({ root: true, commands: ['unshare', 'nsenter', 'umount', 'mount', 'sh'] });

/** A directory that is a private mount of its own, so that no mount in it is copied or told on; all goes after the test. */
function makeRoom(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-release-'));
  run('mount', '-t', 'tmpfs', '--make-private', 'test', directory);
  t.after(() => {
    spawnSync('umount', ['-R', '-l', directory]);
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

function run(command: string, ...words: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, words, { encoding: 'utf8', timeout: 30_000 });
  assert.equal(status, 0, `${command} ${words.join(' ')}: ${stderr}`);
  return stdout;
}

/** Mounts a new network namespace on a file, on which another may lie already. @returns its name */
function bindNew(path: string): string {
  if (!existsSync(path)) writeFileSync(path, '');
  run('unshare', `--net=${path}`, 'true');
  return nameOf('net', path);
}

function addRoom(pid: number): string {
  const room = nameOf('mnt', `/proc/${pid}/ns/mnt`);
  ownRooms.add(room);
  return room;
}

test('Of two namespaces on one path the upper one can be unmounted, and it is said that it goes first.', {
  skip,
}, async (t) => {
  const path = join(makeRoom(t), 'net');
  const lower = bindNew(path);
  const upper = bindNew(path);
  const row = findRow(lower, { kind: 'bind-mount', path });
  assert.equal(row.release, null);
  assert.ok(
    row.releaseNote?.includes(`${upper} on ${path} lies over it, and must be unmounted first`),
    row.releaseNote,
  );
  assert.equal(await releaseOnly(upper, { kind: 'bind-mount', path }), `umount ${path}`);
  assert.equal(nameOf('net', path), lower);
  await releaseOnly(lower, { kind: 'bind-mount', path });
});

test('A namespace that is mounted twice on one path is unmounted twice.', { skip }, async (t) => {
  const path = join(makeRoom(t), 'net');
  const net = bindNew(path);
  run('mount', '--bind', path, path);
  assert.equal(await releaseOnly(net, { kind: 'bind-mount', path }), `umount ${path} && umount ${path}`);
});

test('A mount whose path is longer than a system call takes gets no command.', { skip }, (t) => {
  const room = makeRoom(t);
  const descend = `for (let i = 0; i < 18; i++) { fs.mkdirSync('d'.repeat(250)); process.chdir('d'.repeat(250)); }`;
  const mount = `fs.writeFileSync('net', ''); child_process.execFileSync('unshare', ['--net=net', 'true']);`;
  const print = `console.log(fs.statSync('net').ino)`;
  try {
    const inode = run(process.execPath, '-e', `process.chdir(${JSON.stringify(room)}); ${descend} ${mount} ${print}`);
    const row = findRow(`net:[${inode.trim()}]`, { kind: 'bind-mount' });
    assert.equal(row.release, null);
    assert.match(row.releaseNote ?? '', /its path is longer than a system call takes; it goes with mnt:/);
  } finally {
    // The paths below are too long for umount -R.
    run('umount', '-l', room);
  }
});

test('What lies on a directory above stands in the way, and is named.', { skip }, async (t) => {
  const room = makeRoom(t);
  mkdirSync(join(room, 'a/b'), { recursive: true });
  const path = join(room, 'a/b/net');
  const net = bindNew(path);
  run('mount', '-t', 'tmpfs', 'cover', join(room, 'a'));
  const row = findRow(net, { kind: 'bind-mount', path });
  assert.equal(row.release, null);
  assert.ok(row.releaseNote?.includes(`tmpfs on ${join(room, 'a')} lies over it`), row.releaseNote);
  run('umount', join(room, 'a'));
  await releaseOnly(net, { kind: 'bind-mount', path });
});

test('Names of ip netns are deleted, unless another namespace lies on them.', {
  skip: skip || missing({ commands: ['ip'] }),
}, async () => {
  const name = `nscope-release-${process.pid}`;
  const path = `/run/netns/${name}`;
  run('ip', 'netns', 'add', name);
  try {
    const lower = nameOf('net', path);
    const upper = bindNew(path);
    assert.equal(findRow(lower, { kind: 'bind-mount', path }).release, null);
    paste(findRow(upper, { kind: 'bind-mount', path }).release);
    assert.equal(nameOf('net', path), lower);
    assert.equal(await releaseOnly(lower, { kind: 'bind-mount', path }), `ip netns del ${name}`);
  } finally {
    spawnSync('ip', ['netns', 'del', name]);
  }
});

const hostileNames: readonly string[] = [
  'with blank',
  'it\'s $(exit 3) `id` \\ "x" %s !x',
  '-rf *',
  'line\nfeed',
  'at the end\n',
  'bell\x07 and \x1b[31m',
  'Grüße 名前',
  'byte \udcff and \udc80',
];

for (const name of hostileNames)
  for (const shell of ['dash', 'bash'])
    test(`A path as ${JSON.stringify(name)} is unmounted as ${shell} reads it.`, {
      skip: skip || missing({ commands: [shell] }),
    }, async (t) => {
      const room = makeRoom(t);
      const plain = join(room, 'net');
      const net = bindNew(plain);
      const path = Buffer.from(encodeText(join(room, name)));
      writeFileSync(path, '');
      const bytes = [...path].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
      run('perl', '-e', `exec "mount", "--bind", "${plain}", "${bytes}"`);
      const row = findRow(net, { kind: 'bind-mount', path: join(room, name) });
      assert.match(row.release ?? '', /^[\x20-\x7e]+$/);
      paste(row.release, shell);
      assert.deepEqual(
        readHolders(net).map(({ path }) => path),
        [plain],
      );
    });

/** A mount namespace that has nothing but busybox, which is its first process; the mount in it has the path /net. */
async function holdBare(t: TestContext, room: string, net: string, inside = '/net') {
  const root = join(room, 'root');
  mkdirSync(root);
  const busybox = join(room, 'busybox');
  copyFileSync(findCommand('busybox') ?? '', busybox);
  const script = [
    `mount -t tmpfs root ${root}`,
    `mkdir ${root}/old`,
    `cp -p ${busybox} ${root}/busybox`,
    `touch ${root}${inside}`,
    `mount --bind ${net} ${root}${inside}`,
    `cd ${root}`,
    'pivot_root . old',
    '/busybox umount -l /old',
    'exec /busybox sh -c "echo; exec /busybox sleep 1000"',
  ].join(' && ');
  const held = await hold('unshare', ['-m', '--propagation', 'private', 'sh', '-c', script]);
  t.after(held.end);
  return held.pid;
}

const skipBare = skip || missing({ commands: ['busybox', 'pivot_root'] });

test('A mount namespace without umount(8) is tidied by that of the host.', { skip: skipBare }, async (t) => {
  const room = makeRoom(t);
  const net = bindNew(join(room, 'net'));
  const pid = await holdBare(t, room, join(room, 'net'));
  const around = addRoom(pid);
  assert.notEqual(spawnSync('nsenter', [`--mount=/proc/${pid}/ns/mnt`, 'umount', '/net']).status, 0);
  const command = await releaseOnly(net, { kind: 'bind-mount', namespace: around });
  assert.equal(command, `nsenter --mount=/proc/${pid}/ns/mnt --root=/ umount -cin /proc/${pid}/root/net`);
});

test('Where nsenter or umount is missing, nscope unmounts itself.', { skip: skipBare }, async (t) => {
  const room = makeRoom(t);
  const net = bindNew(join(room, 'net'));
  const pid = await holdBare(t, room, join(room, 'net'));
  const around = addRoom(pid);
  const env = { ...process.env, PATH: '/nowhere' };
  const row = findRow(net, { kind: 'bind-mount', namespace: around }, { env });
  assert.equal(
    row.release,
    `${process.execPath} ${main} enter '${around}' -- ${process.execPath} ${main} unmount /net`,
  );
  paste(row.release);
  assert.ok(!readHolders(net).some(({ namespace }) => namespace === around));
  assert.ok(readHolders(net).length > 0);
});

test('nscope in a chroot unmounts by a process that is not in it.', {
  skip: skip || missing({ commands: ['chroot'] }),
}, async (t) => {
  const room = makeRoom(t);
  const jail = join(room, 'jail');
  mkdirSync(jail);
  const path = join(room, 'net');
  const script = `mount --rbind / ${jail} && touch ${path} && unshare --net=${path} true && echo && exec sleep 1000`;
  const held = await hold('unshare', ['-m', '--propagation', 'private', 'sh', '-c', script]);
  t.after(held.end);
  const inside = (...words: string[]) => run('nsenter', `--mount=/proc/${held.pid}/ns/mnt`, 'chroot', jail, ...words);
  const inode = run('nsenter', `--mount=/proc/${held.pid}/ns/mnt`, 'stat', '-c', '%i', path).trim();
  const printed = inside(
    process.execPath,
    main,
    'holders',
    `net:[${inode}]`,
    '--json',
    '--filter',
    'kind == "bind-mount"',
  );
  const { holders } = JSON.parse(printed) as { holders: ReleaseRow[] };
  const [row, ...others] = holders;
  assert.equal(others.length, 0);
  assert.equal(row?.path, path);
  assert.equal(row?.release, `umount -cin /proc/${held.pid}/root${path}`, row?.releaseNote);
  inside('sh', '-c', row?.release ?? '');
  assert.ok(!readFileSync(`/proc/${held.pid}/mountinfo`, 'utf8').includes(`net:[${inode}]`));
});

test('A mount that came from the mount namespace of another user is locked, and goes with that; one made there is not.', {
  skip: skip || missing({ commands: ['setpriv'] }),
}, async (t) => {
  const room = makeRoom(t);
  run('chmod', '755', room);
  const path = join(room, 'net');
  const net = bindNew(path);
  const asNobody = ['--reuid=65534', '--regid=65534', '--clear-groups', 'unshare', '-Urm'];
  const own = `mount -t tmpfs own /mnt && touch /mnt/again && mount --bind ${path} /mnt/again; echo; exec sleep 1000`;
  const held = await hold('setpriv', [...asNobody, 'sh', '-c', own]);
  t.after(held.end);
  const around = addRoom(held.pid);
  const locked = findRow(net, { kind: 'bind-mount', path, namespace: around });
  assert.equal(locked.release, null);
  assert.match(locked.releaseNote ?? '', /cannot be unmounted alone; it goes with mnt:\[\d+\]: nscope holders 'mnt:/);
  const { status } = spawnSync('nsenter', [`--mount=/proc/${held.pid}/ns/mnt`, 'umount', path]);
  assert.notEqual(status, 0, 'the kernel unmounts it after all');
  // What was mounted in there is not locked, which no file tells, but the kernel by BPF.
  const again = { kind: 'bind-mount', path: '/mnt/again', namespace: around };
  if (sightOfKernel() === 'proc') {
    assert.equal(findRow(net, again).release, null);
    return;
  }
  assert.match(locked.releaseNote ?? '', /^locked: it came from/);
  const { holders } = JSON.parse(runNscope(['holders', net, '--json', '--no-bpf']).stdout) as { holders: ReleaseRow[] };
  const unsure = holders.find(({ path, namespace }) => path === '/mnt/again' && namespace === around);
  assert.equal(unsure?.release, null);
  await releaseOnly(net, again);
  const left = readFileSync(`/proc/${held.pid}/mountinfo`, 'utf8');
  assert.ok(!left.includes('/mnt/again') && left.includes(` ${path} `), left);
});

test('What goes along in another mount namespace, for it is shared, is said.', { skip }, async (t) => {
  const room = makeRoom(t);
  run('mount', '--make-shared', room);
  const path = join(room, 'net');
  const net = bindNew(path);
  const held = await hold('unshare', ['-m', '--propagation', 'slave', 'sh', '-c', 'echo; exec sleep 1000']);
  t.after(held.end);
  const around = addRoom(held.pid);
  const [mine] = readHolders(net).filter((row) => row.namespace !== around);
  assert.match(mine?.releaseNote ?? '', /^it is shared: what is mounted there in .* goes with it$/);
  assert.ok(mine?.releaseNote?.includes(around), mine?.releaseNote);
  // The slave's own does not reach the master.
  const slave = findRow(net, { kind: 'bind-mount', namespace: around });
  assert.equal(slave.releaseNote, undefined);
  paste(slave.release);
  assert.deepEqual(
    readHolders(net).map(({ namespace }) => namespace),
    [mine?.namespace],
  );
});

test('A mounted procfs is unmounted, but not while another mount lies below it.', { skip }, async (t) => {
  const held = await hold('unshare', [
    '-pfm',
    '--propagation',
    'private',
    'sh',
    '-c',
    'mount -t proc proc /mnt; mount -t tmpfs t /mnt/sys/fs; echo; exec sleep 1000',
  ]);
  t.after(held.end);
  const init = readOnlyChild(held.pid);
  const pid = nameOf('pid', `/proc/${init}/ns/pid`);
  const rows = readHolders(pid).filter(({ kind }) => kind === 'file-system');
  // Where super blocks cannot be read it is not listed: coverage says so.
  if (rows.length === 0) {
    assert.match(runNscope(['holders', pid, '--json']).stdout, /"kind":"file-system","why"/);
    return;
  }
  assert.equal(rows[0]?.release, null);
  assert.match(rows[0]?.releaseNote ?? '', /it is busy: tmpfs on \/mnt\/sys\/fs is mounted below it/);
  run('nsenter', `--mount=/proc/${init}/ns/mnt`, 'umount', '/mnt/sys/fs');
  await releaseOnly(pid, { kind: 'file-system', path: '/mnt' });
});

test('nscope unmount says what the kernel answers.', { skip }, async (t) => {
  const room = makeRoom(t);
  const path = join(room, 'net');
  bindNew(path);
  assert.equal(runNscope(['unmount', path]).status, 0);
  const again = runNscope(['unmount', path]);
  assert.equal(again.status, 2);
  assert.ok(again.stderr.includes(path), again.stderr);
  assert.match(again.stderr, /EINVAL/);
  await waitUntil('nothing is mounted there', () => !readFileSync('/proc/self/mountinfo', 'utf8').includes(path));
});
