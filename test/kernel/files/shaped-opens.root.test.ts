// Every path that a verb looks up is the kernel's, nscope's own, or one that goes through the guard at a place that
// hostile-places.root.test.ts lays things at: strace(1) tells, so that a new look past the guard fails here.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { main, runNscope } from '../../cli/run-nscope.ts';
import { compile } from '../../fixtures/compile.ts';
import { hold } from '../../held-process.ts';
import { missing } from '../../tiers.ts';
import { holdIn, makeRoom, pathIn, runs, undoAfter } from './hostile-host.ts';

const skip = missing({ root: true, commands: ['strace', 'unshare', 'cc', 'ip'] });

interface Opened {
  /** What was looked up, with the directory that it is in. */
  readonly path: string;
  readonly line: string;
}

/** The calls of a command on files; -y gives the path of each descriptor. */
function trace(words: readonly string[], room: string): Opened[] {
  const file = join(room, 'strace');
  const options = ['-f', '-qq', '-y', '-s', '4096', '-e', 'trace=%file,openat2', '-e', 'signal=none', '-o', file];
  // npm puts directories of its own in PATH, where RELEASE looks for programs.
  const env = { ...process.env, PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
  const { status } = spawnSync('strace', [...options, process.execPath, main, ...words], { env, timeout: 120_000 });
  assert.notEqual(status, null, words.join(' '));
  const opened: Opened[] = [];
  const lines = readFileSync(file, 'utf8').split('\n');
  // What Node does before it opens the program is the same for all programs.
  const first = lines.findLastIndex((line) => line.includes(`openat(AT_FDCWD<${process.cwd()}>, "${main}"`));
  assert.ok(first > 0, 'the program was opened');
  for (const line of lines.slice(first)) {
    const match = /^\d+ +(\w+)\((?:(?:AT_FDCWD|\d+)(?:<([^>]*)>)?, )?"([^"]*)"/.exec(line);
    if (!match || match[1] === 'execve') continue;
    const [, , directory, name = ''] = match;
    // Of a descriptor itself: how that was opened was told before.
    if (name === '') continue;
    opened.push({ path: name.startsWith('/') || directory === undefined ? name : join(directory, name), line });
  }
  assert.ok(opened.length > 50, `${words.join(' ')}: strace told of ${opened.length} calls`);
  return opened;
}

/** Of the kernel, but for where links of /proc lead to files of anybody's. */
const kernels = /^\/(?:proc|sys)(?:\/|$)(?!(?!self\/).*\/(?:root|cwd|exe|fd|map_files)\/)/;
/** What Node and the C library look for when they start, and nscope's own files. */
const own = [
  process.cwd(),
  dirname(dirname(process.execPath)),
  '/usr/',
  // Where the programs of RELEASE are looked for.
  '/bin',
  '/sbin',
  '/lib',
  '/etc/ld.so',
  '/etc/ssl/',
  '/dev/',
  '/root/',
];

/** And what root keeps in /etc. The directories above them as well: realpath(3) asks of each whether it is a link. */
function isOwn(path: string): boolean {
  const isAbove = own.some((directory) => directory.startsWith(path === '/' ? '/' : `${path}/`));
  return (
    path === '' ||
    path === '/etc/localtime' ||
    path === '/etc/passwd' ||
    path === '/etc/subuid' ||
    path === '/etc/subgid' ||
    isAbove ||
    own.some((directory) => path.startsWith(directory))
  );
}

/** Looked at without being opened or followed; the text of a link of /proc asks no file where it leads. */
function isGuarded({ path, line }: Opened): boolean {
  if (path.startsWith('/proc/') && /^\d+ +readlink/.test(line)) return true;
  return /openat2?\([^)]*O_PATH|AT_STATX_DONT_SYNC/.test(line);
}

test('No verb looks up a path that a user can shape but through the guard, and at no place that is not tried.', {
  skip,
}, async (t) => {
  const { root } = makeRoom(t);
  const room = dirname(root);
  const tag = `nscope-opens-${process.pid}`;
  runs('ip', 'netns', 'add', tag);
  undoAfter(t, () => runs('ip', 'netns', 'delete', tag));
  for (const directory of ['proc', 'run/systemd', 'run/host']) mkdirSync(pathIn(root, directory), { recursive: true });
  const { pid } = await holdIn(t, root);
  const init = await hold('unshare', ['-pf', '--kill-child', compile('test/fixtures/idle.c'), '--root', root]);
  undoAfter(t, () => init.end());
  const script =
    'mount --make-rprivate / && touch "$1/ns" && unshare --net="$1/ns" true && echo ready && exec sleep 1000';
  const bound = await hold('unshare', ['-m', 'sh', '-c', script, 'sh', root]);
  undoAfter(t, () => bound.end());
  const id = 'c0ffee'.repeat(11).slice(0, 64);
  const storage = join(room, 'overlay-containers');
  const conmon = join(room, 'conmon');
  copyFileSync(compile('test/fixtures/idle.c'), conmon);
  runs('chmod', '755', conmon);
  mkdirSync(storage);
  writeFileSync(join(storage, 'containers.json'), '[]');
  const engine = await hold(conmon, ['-c', id, '-n', 'web', '-b', `${storage}/${id}/userdata`]);
  undoAfter(t, () => engine.end());
  const verbs = [
    ['ls', '--no-bpf'],
    ['ls'],
    ['snapshot', '--no-bpf'],
    ['workloads'],
    ['holders', `net:${tag}`],
    ['detect', String(pid), '--json'],
    ['show', String(pid)],
    ['show', `/proc/${init.pid}/ns/pid_for_children`, '--no-bpf'],
    ['ps'],
    ['tree'],
    ['groups'],
    ['listns'],
    ['mounts', String(pid)],
    ['mounts', String(pid), '--path', '/etc/passwd', '--to', String(init.pid)],
    ['pid', String(pid)],
    ['compare', String(pid)],
    ['caps', String(pid), `net:${tag}`],
    ['busy', room],
    ['busy', '--no-bpf', '--in', String(pid), '/'],
  ];
  const places = new Set<string>();
  for (const words of verbs)
    for (const opened of trace(words, room)) {
      const { path, line } = opened;
      const isShaped = !kernels.test(path) && !isOwn(path);
      if (!isShaped) continue;
      assert.ok(isGuarded(opened), `nscope ${words.join(' ')} looks past the guard: ${line}`);
      // A link of /proc, where it leads to, is looked at by its number of a device alone.
      if (!path.startsWith('/proc/')) places.add(path);
    }
  const inRoot = (path: string) => path.replace(root, 'ROOT').replace(room, 'ROOM').replace(tag, 'TAG');
  const found = new Set([...places].map(inRoot));
  for (const place of [
    '.dockerenv',
    'run/.containerenv',
    'run/systemd/container',
    'run/host/container-manager',
    'proc',
    'ns',
  ])
    assert.ok(found.has(`ROOT/${place}`), `${place} is not among ${[...found].join(' ')}`);
  assert.ok(found.has('ROOM/overlay-containers/containers.json') && found.has('/run/netns/TAG'), [...found].join(' '));
  const tried =
    /^(?:ROOT|ROOM|\/run\/netns|\/etc\/passwd|\/run\/systemd\/units|\/var\/lib\/(?:docker|containers|lxc)|\/run\/(?:docker(?:\.pid)?|ipcns|utsns|userns|pidns|user|containers|containerd|runc)|\/var\/run)(?:\/|$)/;
  // The directories that lead to those.
  const above = /^\/(?:tmp|run|etc|var|run\/systemd|var\/lib)?$/;
  // Whatever else runs here may have bind mounted namespaces: these are tried as ROOT/ns is.
  const bindMounts = [
    ...runNscope(['snapshot', '--no-bpf']).stdout.matchAll(/"kind":\s*"bind-mount",\s*"path":\s*"([^"]*)"/g),
  ];
  const isBound = (place: string) => bindMounts.some(([, path = '']) => `${path}/`.startsWith(`${place}/`));
  const others = [...found].filter((place) => !tried.test(place) && !above.test(place) && !isBound(place));
  assert.equal(others.join(' '), '');
});
