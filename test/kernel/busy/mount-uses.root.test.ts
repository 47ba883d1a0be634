// What keeps a super block, by BPF and by /proc, on whichever kernel: of one process that holds a tmpfs in every way.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { bpfPrograms } from '../../../src/kernel/bpf/programs.ts';
import { readBpfMountFiles, readBpfMountTasks } from '../../../src/kernel/bpf/run.ts';
import { readMountUses } from '../../../src/kernel/busy/mount-uses.ts';
import { isKernelSince } from '../../../src/model/names/kernel-release.ts';
import { parseMountinfo } from '../../../src/parse/proc/mountinfo.ts';
import { packDevices } from '../../../src/parse/records/bpf-mount-uses.ts';
import { compile } from '../../fixtures/compile.ts';
import { missing } from '../../tiers.ts';

const text = `
import os, sys, socket, array, ctypes, time
at = sys.argv[1]
os.chdir(at)
keep = open(at + '/f', 'w')
path = os.open(at, os.O_PATH)
fd = os.open(at + '/m', os.O_RDWR | os.O_CREAT); os.ftruncate(fd, 4096); ctypes.CDLL(None).mmap(None, ctypes.c_size_t(4096), 3, 1, fd, ctypes.c_long(0)); os.close(fd)
s = socket.socket(socket.AF_UNIX); s.bind(at + '/s')
a, b = socket.socketpair()
fd = os.open(at + '/q', os.O_RDWR | os.O_CREAT)
a.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [fd]))]); os.close(fd)
open(at + '/ready', 'w').close()
time.sleep(1000)
`;

function isHere(name: 'mount-files' | 'mount-tasks'): boolean {
  const [major = 0, minor = 0] = bpfPrograms[name].since.split('.').map(Number);
  return isKernelSince(release(), major, minor);
}

test('All that a process keeps a file system by is found by BPF, and by /proc what that can show.', {
  skip: missing({ root: true, commands: ['mount', 'umount', 'python3'] }),
}, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-uses-'));
  const run = (command: string, ...words: string[]) => {
    const { status, stderr } = spawnSync(command, words, { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  };
  run('mount', '-t', 'tmpfs', '--make-private', 'uses', directory);
  t.after(() => {
    spawnSync('umount', ['-l', directory]);
    rmSync(directory, { recursive: true, force: true });
  });
  // Under emulation Python alone takes longer than hold() waits.
  const held = spawn('python3', ['-c', text, directory], { stdio: 'ignore' });
  const exit = once(held, 'exit');
  t.after(async () => {
    held.kill('SIGKILL');
    await exit;
  });
  for (let i = 0; i < 600 && !existsSync(join(directory, 'ready')); i++) await sleep(200);
  assert.ok(existsSync(join(directory, 'ready')));
  const mount = parseMountinfo(readFileSync('/proc/self/mountinfo', 'latin1')).find(
    ({ mountPoint }) => mountPoint === directory,
  );
  assert.ok(mount);
  const { device, id } = mount;
  const find = (bpf: boolean) => {
    const { uses, unseen } = readMountUses({ devices: [device], deviceOfMount: new Map([[id, device]]), bpf });
    const own = uses.filter(({ pid }) => pid === held.pid);
    for (const use of own) if (use.mount !== undefined) assert.equal(use.mount, id, use.kind);
    return { kinds: own.map(({ kind, isPathOnly }) => (isPathOnly ? 'path-only' : kind)).sort(), unseen };
  };
  const byProc = ['cwd', 'mapped-file', 'open-file', 'path-only'];
  assert.deepEqual(find(false).kinds, byProc);
  const files = readBpfMountFiles(packDevices([device]));
  const tasks = readBpfMountTasks(packDevices([device]));
  for (const [name, reading] of [
    ['mount-files', files],
    ['mount-tasks', tasks],
  ] as const)
    assert.equal('refused' in reading, !isHere(name), JSON.stringify(reading));
  const { kinds, unseen } = find(true);
  if ('refused' in files) {
    assert.deepEqual(kinds, byProc);
    assert.match(unseen.join(), /sockets that are bound there/);
  } else assert.deepEqual(kinds, ['bound-socket', 'cwd', 'in-flight', 'mapped-file', 'open-file', 'path-only']);
});

const nested = `
import array, os, socket, sys, time
def send(over, fds): over.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', fds))])
fd = os.open(sys.argv[1] + '/q', os.O_RDWR | os.O_CREAT)
a, b = socket.socketpair()
c, d = socket.socketpair()
send(a, [fd]); os.close(fd)
send(c, [b.fileno()]); b.close(); a.close()
open(sys.argv[1] + '-ready', 'w').close()
time.sleep(1000)
`;

const pending = `
import array, os, socket, sys, time
fd = os.open(sys.argv[1] + '/q', os.O_RDWR | os.O_CREAT)
l = socket.socket(socket.AF_UNIX); l.bind('\\0' + sys.argv[1]); l.listen()
s = socket.socket(socket.AF_UNIX); s.connect('\\0' + sys.argv[1])
s.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [fd]))]); os.close(fd); s.close()
open(sys.argv[1] + '-ready', 'w').close()
time.sleep(1000)
`;

test('A file in a queue that lies in a queue, or of a connection that nobody accepted, is said not to have been looked at.', {
  skip: missing({ root: true, commands: ['python3'] }),
}, async (t) => {
  const expected = isHere('mount-files')
    ? /what waits in \d+ sockets that wait in a queue themselves, or are connections/
    : /files that wait in the queues of sockets/;
  for (const script of [nested, pending]) {
    const directory = mkdtempSync(join(tmpdir(), 'nscope-uses-'));
    const held = spawn('python3', ['-c', script, directory], { stdio: 'ignore' });
    const exit = once(held, 'exit');
    t.after(async () => {
      held.kill('SIGKILL');
      await exit;
      rmSync(directory, { recursive: true, force: true });
      rmSync(`${directory}-ready`, { force: true });
    });
    for (let i = 0; i < 600 && !existsSync(`${directory}-ready`); i++) await sleep(200);
    assert.ok(existsSync(`${directory}-ready`));
    const { unseen } = readMountUses({ devices: ['0:1'], deviceOfMount: new Map(), bpf: true });
    assert.match(unseen.join('; '), expected);
    held.kill('SIGKILL');
    await exit;
  }
});

test('Without BPF a process whose leader has ended is looked at through a thread that lives.', {
  skip: missing({ root: true, commands: ['mount', 'umount'] }),
}, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-uses-'));
  assert.equal(spawnSync('mount', ['-t', 'tmpfs', '--make-private', 'uses', directory]).status, 0);
  const child = spawn(resolve(compile('test/fixtures/ended-leader.c')), [], {
    cwd: directory,
    stdio: ['ignore', 'pipe', openSync(join(directory, 'f'), 'w')],
  });
  const exit = once(child, 'exit');
  t.after(async () => {
    child.kill('SIGKILL');
    await exit;
    spawnSync('umount', ['-l', directory]);
    rmSync(directory, { recursive: true, force: true });
  });
  assert.ok(child.stdout);
  await once(child.stdout, 'data');
  for (let i = 0; i < 100 && !/^State:\s+Z/m.test(readFileSync(`/proc/${child.pid}/status`, 'latin1')); i++)
    await sleep(20);
  const mount = parseMountinfo(readFileSync('/proc/self/mountinfo', 'latin1')).find(
    ({ mountPoint }) => mountPoint === directory,
  );
  assert.ok(mount);
  const { device, id } = mount;
  const { uses } = readMountUses({ devices: [device], deviceOfMount: new Map([[id, device]]), bpf: false });
  const kinds = uses.filter(({ pid }) => pid === child.pid).map(({ kind }) => kind);
  assert.deepEqual(kinds.sort(), ['cwd', 'open-file']);
});
