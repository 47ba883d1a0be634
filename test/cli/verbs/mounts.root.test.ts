// nscope mounts on real mount namespaces, against findmnt(8) and what umount and the kernel say.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { validateSnapshot } from '../../../src/index.ts';
import { type Held, hold, readLinksOf } from '../../held-process.ts';
import { isLinuxSince } from '../../kernels/release.ts';
import { missing } from '../../tiers.ts';
import { runNscope } from '../run-nscope.ts';

const skip = missing({ root: true, commands: ['unshare', 'mount', 'findmnt'] });

let directory: string;
let outer: Held;
let inner: Held;

const layout = (top: string) => `set -e
mount -t tmpfs -o mode=755 top ${top}; cd ${top}
mkdir volume volume/db data over shared; echo text > volume/db/file
mount -t tmpfs vol volume; mkdir -p volume/db volume/else; mount --bind volume/db data
mount -t tmpfs one over; mkdir over/deep; mount -t tmpfs deep over/deep; mount -t tmpfs two over
mount -t tmpfs shared shared; mount --make-shared shared
echo made; exec sleep 120`;

/** A copy: the volume is not there, the database moved and is read-only, something leaked. */
const copy = (top: string) => `set -e
mount --make-slave ${top}/shared
mkdir -p ${top}/moved ${top}/leak; mount --bind ${top}/data ${top}/moved; umount ${top}/data; umount ${top}/volume
mount -o remount,bind,ro ${top}/over; mount -t tmpfs 'leak
ed' ${top}/leak
echo made; exec sleep 120`;

before(async () => {
  if (skip) return;
  directory = mkdtempSync(join(tmpdir(), 'nscope-mounts-'));
  outer = await hold('unshare', ['-m', 'sh', '-c', layout(directory)]);
  const enter = ['-t', String(outer.pid), '-m', 'unshare', '-m', '--propagation', 'unchanged'];
  inner = await hold('nsenter', [...enter, 'sh', '-c', copy(directory)]);
});

after(async () => {
  await inner?.end();
  await outer?.end();
  if (directory) rmdirSync(directory);
});

interface JsonMount {
  readonly mountPoint: string;
  readonly fsType: string;
  readonly root: string;
  readonly source: string;
  readonly options: readonly string[];
  readonly oldId: number;
  readonly change?: string;
  readonly difference?: string;
  readonly coveredBy: number | null;
  readonly masters: readonly number[];
  readonly peers: readonly number[];
  readonly idMap?: unknown;
  readonly locked: unknown;
}

function readMounts(...words: string[]): { mounts: JsonMount[]; status: number | null } {
  const { status, stdout, stderr } = runNscope(['mounts', ...words, '--json']);
  assert.notEqual(stdout, '', stderr);
  return { ...JSON.parse(stdout), status };
}

test('The tree of a mount namespace has the mounts of findmnt, with what covers them.', { skip }, () => {
  const { mounts, status } = readMounts(String(outer.pid));
  assert.equal(status, 0);
  const words = ['-N', String(outer.pid), '-J', '-l', '-o', 'ID,TARGET,FSTYPE,FSROOT,VFS-OPTIONS'];
  const { stdout } = spawnSync('findmnt', words, { encoding: 'utf8' });
  const { filesystems } = JSON.parse(stdout) as { filesystems: Record<string, string | number>[] };
  assert.ok(filesystems.length > 8);
  assert.deepEqual(
    mounts.map((one) => [one.oldId, one.mountPoint, one.fsType, one.root, one.options.join()]),
    filesystems.map((one) => [one.id, one.target, one.fstype, one.fsroot, one['vfs-options']]),
  );
  const at = (path: string) => mounts.filter(({ mountPoint }) => mountPoint === `${directory}/${path}`);
  const [one, two] = at('over');
  assert.deepEqual([one?.coveredBy, two?.coveredBy, at('over/deep')[0]?.coveredBy], [two?.oldId, null, two?.oldId]);
  const { stdout: tree } = runNscope(['mounts', String(outer.pid), '-w']);
  const lines = tree.split('\n').filter((line) => line.includes(`${directory}/over`));
  assert.equal(lines.length, 3, tree);
  assert.match(lines[0] ?? '', /covered/);
  assert.match(lines[2] ?? '', /^.*└─.*hides 2 mounts/);
});

test('Peers and masters are named by the mount namespaces that have them.', { skip }, () => {
  const [here, there] = [readLinksOf(outer.pid).mnt, readLinksOf(inner.pid).mnt];
  const at = (pid: number) =>
    readMounts(String(pid)).mounts.find(({ mountPoint }) => mountPoint === `${directory}/shared`);
  assert.deepEqual([at(outer.pid)?.peers, at(outer.pid)?.masters], [[], []]);
  assert.deepEqual(at(inner.pid)?.masters, [here]);
  assert.notEqual(here, there);
});

test('A comparison says what is gone, where it went, what leaked and which options differ.', { skip }, () => {
  const { mounts, status } = readMounts(String(outer.pid), String(inner.pid));
  assert.equal(status, 1);
  const own = mounts
    .filter(({ mountPoint }) => mountPoint.startsWith(directory))
    .map(({ change, mountPoint, difference }) => [change, mountPoint.slice(directory.length), difference]);
  assert.deepEqual(own, [
    ['-', '/data', `there on ${directory}/moved`],
    ['+', '/leak', 'not mounted there'],
    ['+', '/moved', `there on ${directory}/data`],
    ['~', '/over', 'options rw → ro'],
    ['-', '/volume', 'other parts are mounted there'],
  ]);
  const same = runNscope(['mounts', String(outer.pid), String(outer.pid)]);
  assert.equal(same.status, 0);
  assert.match(same.stderr, /nothing differs: both are mnt:\[\d+\]/);
  const { stdout } = runNscope(['mounts', String(outer.pid), String(inner.pid), '-w']);
  assert.match(stdout, /leak\\ned/);
});

test('A path is translated where a bind shows the file, and the reason is told where none does.', { skip }, () => {
  const translate = (from: Held, to: Held, path: string) =>
    runNscope(['mounts', String(from.pid), '--path', `${directory}/${path}`, '--to', String(to.pid)]);
  const moved = translate(outer, inner, 'volume/db/x');
  assert.deepEqual([moved.status, moved.stdout], [0, `${directory}/moved/x\n`]);
  const back = translate(inner, outer, 'moved//x/');
  assert.deepEqual([back.status, back.stdout], [0, `${directory}/data/x\n`]);
  assert.match(back.stderr, /also at .*volume\/db\/x/);
  const outside = translate(outer, inner, 'volume/else');
  assert.deepEqual([outside.status, outside.stdout], [1, '']);
  assert.match(outside.stderr, /only other parts are mounted there/);
  const leak = translate(inner, outer, 'leak/x');
  assert.match(leak.stderr, /is not mounted there/);
  // The file system that lies below: the upper one has it no more, but its own mount does.
  const covered = runNscope(['mounts', '--path', `${directory}/x`, '--to', String(outer.pid)]);
  assert.equal(covered.status, 1);
  assert.match(covered.stderr, /covers/);
  const own = runNscope(['mounts', '--path', '/etc/passwd', '--to', String(inner.pid)]);
  assert.deepEqual([own.status, own.stdout], [0, '/etc/passwd\n']);
});

test('A saved snapshot has the same answers, and one without mounts says how to save it.', { skip }, () => {
  const room = mkdtempSync(join(tmpdir(), 'nscope-mounts-file-'));
  try {
    const [full, bare] = [join(room, 'full.json'), join(room, 'bare.json')];
    const saved = runNscope(['snapshot', '--with', 'mounts', '--compact']);
    writeFileSync(full, saved.stdout);
    validateSnapshot(JSON.parse(saved.stdout));
    const [now, then] = [[], ['--from', full]].map(
      (words) =>
        runNscope(['mounts', String(outer.pid), '-w', '-o', 'path,id,oldid,options,propagation', ...words]).stdout,
    );
    assert.ok((now?.length ?? 0) > 500);
    assert.equal(then, now);
    writeFileSync(bare, runNscope(['snapshot', '--compact']).stdout);
    const refused = runNscope(['mounts', String(outer.pid), '--from', bare]);
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /has no mounts: save it with nscope snapshot --with mounts/);
  } finally {
    rmSync(room, { recursive: true });
  }
});

test('A mount namespace that a descriptor alone holds has its tree, and is in the overview.', { skip }, async () => {
  const short = await hold('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs hid /mnt; echo made; exec sleep 60']);
  const { mnt } = readLinksOf(short.pid);
  const fd = openSync(`/proc/${short.pid}/ns/mnt`, 'r');
  await short.end();
  try {
    const { mounts } = readMounts(`mnt:[${mnt}]`);
    assert.ok(mounts.some(({ mountPoint, source }) => mountPoint === '/mnt' && source === 'hid'));
    const { stdout } = runNscope(['mounts', '--json']);
    const row = JSON.parse(stdout).mountNamespaces.find((one: { mntns: number }) => one.mntns === mnt);
    assert.equal(row.mounts, mounts.length);
    assert.match(row.of, /^held by fd of \d+$/);
  } finally {
    closeSync(fd);
  }
});

/** open_tree(2), mount_setattr(2) and move_mount(2), which mount(8) of older systems lacks. */
const idmap = (top: string) => `
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def call(*words):
    result = libc.syscall(*words)
    if result < 0: raise OSError(ctypes.get_errno(), str(words[0]))
    return result
go, wait = os.pipe(), os.pipe()
child = os.fork()
if child == 0:
    if libc.unshare(0x10000000): os._exit(1)
    os.write(go[1], b'x'); os.read(wait[0], 1); os._exit(0)
os.read(go[0], 1)
for kind, line in (('uid', b'0 100000 10'), ('gid', b'5 200000 20')):
    with open(f'/proc/{child}/{kind}_map', 'wb', 0) as file: file.write(line)
users = os.open(f'/proc/{child}/ns/user', os.O_RDONLY)
os.system('mount -t tmpfs mapped ${top}')
os.mkdir('${top}/view')
tree = call(428, -100, b'${top}', 1)
attributes = (ctypes.c_uint64 * 4)(0x100000, 0, 0, users)
call(442, tree, b'', 0x1000, ctypes.byref(attributes), 32)
call(429, tree, b'', -100, b'${top}/view', 4)
os.write(wait[1], b'x'); os.waitpid(child, 0)
print('made', flush=True)
os.execvp('sleep', ['sleep', '60'])
`;

test('An idmapped mount has the ranges that it maps.', {
  skip: skip || missing({ commands: ['python3'] }),
}, async () => {
  const mapped = await hold('unshare', ['-m', 'python3', '-c', idmap(directory)]);
  try {
    const { mounts } = readMounts(String(mapped.pid));
    const view = mounts.find(({ mountPoint }) => mountPoint === `${directory}/view`);
    assert.ok(view);
    assert.ok(view.options.includes('idmapped'), JSON.stringify(view));
    const ranges = {
      uids: [{ inside: 0, outside: 100_000, count: 10 }],
      gids: [{ inside: 5, outside: 200_000, count: 20 }],
    };
    assert.deepEqual(view.idMap, isLinuxSince(6, 15) ? ranges : undefined);
    const { stdout } = runNscope(['mounts', String(mapped.pid), '-w', '-o', 'path,remarks,idmap']);
    if (view.idMap) assert.match(stdout, /view .*idmapped 0:100000:10 gid 5:200000:20/);
  } finally {
    await mapped.end();
  }
});

test('Whether mounts are locked is not known where another user namespace owns the mount namespace.', {
  skip,
}, async () => {
  const own = await hold('unshare', ['-Urm', 'sh', '-c', 'echo made; exec sleep 60']);
  try {
    const locks = (pid: number) => [
      ...new Set(readMounts(String(pid)).mounts.map(({ locked }) => JSON.stringify(locked))),
    ];
    assert.deepEqual(locks(own.pid), ['{"unknown":"unsupported"}']);
    assert.deepEqual(locks(outer.pid), ['false']);
  } finally {
    await own.end();
  }
});

test('Wrong words are named, with what would be right.', { skip }, () => {
  const cases: [words: string[], said: RegExp][] = [
    [['--path', 'etc'], /--path etc: an absolute path is wanted/],
    [['--path', '/a/../b'], /".." depends on symbolic links/],
    [['1', '2', '--path', '/a'], /--path is a path of one mount namespace: write --to 2/],
    [['1', '--to', '2'], /--to wants a path/],
    [[`net:[${readLinksOf(outer.pid).net}]`], /is a net namespace; a mount namespace is wanted/],
    [['1', '-o', 'nope'], /there is no column "nope"/],
    [['self', '--filter', 'coverd'], /there is no column coverd; did you mean covered/],
  ];
  for (const [words, said] of cases) {
    const { status, stdout, stderr } = runNscope(['mounts', ...words]);
    assert.deepEqual([status, stdout], [2, ''], words.join(' '));
    assert.match(stderr, said, words.join(' '));
  }
  const filtered = runNscope([
    'mounts',
    String(outer.pid),
    '--filter',
    'covered && fstype == "tmpfs"',
    '-n',
    '-o',
    'path',
  ]);
  assert.ok(filtered.stdout.split('\n').includes(`${directory}/over/deep`), filtered.stdout);
});

test('Mounts that come and go while they are read neither break a table nor mix two.', { skip }, async () => {
  const busy = `mount -t tmpfs top ${directory}; cd ${directory}; for i in 1 2 3 4 5 6 7 8 9; do mkdir m$i; done; echo made
while :; do for i in 1 2 3 4 5 6 7 8 9; do mount -t tmpfs m$i m$i; done; for i in 9 8 7 6 5 4 3 2 1; do umount m$i; done; done`;
  const churn = await hold('unshare', ['-m', 'sh', '-c', busy]);
  try {
    for (let turn = 0; turn < 5; turn++) {
      const { mounts } = readMounts(String(churn.pid));
      assert.ok(mounts.some(({ mountPoint }) => mountPoint === directory));
      for (const { mountPoint, source } of mounts)
        if (mountPoint.startsWith(`${directory}/m`)) assert.equal(mountPoint, `${directory}/${source}`);
    }
  } finally {
    await churn.end();
  }
});

test('Of a bind mount that the other has not, the path of its directory there is named.', { skip }, async (t) => {
  const place = mkdtempSync(join(tmpdir(), 'nscope-bind-'));
  const text = `mkdir ${place}/from ${place}/to; mount --bind ${place}/from ${place}/to; echo ready; exec sleep 1000`;
  const binder = await hold('unshare', ['-m', 'sh', '-c', text]);
  t.after(async () => {
    await binder.end();
    rmSync(place, { recursive: true, force: true });
  });
  const { mounts } = readMounts(String(process.pid), String(binder.pid));
  const found = mounts.find(({ mountPoint }) => mountPoint === `${place}/to`);
  assert.deepEqual([found?.change, found?.difference], ['+', `there on ${place}/from`]);
});
