// The executables of `npm run executable`: one file each, which works where there is no Node, and in bad conditions.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { missing } from '../../tiers.ts';

const skip = missing({
  root: true,
  commands: [
    'npm',
    'make',
    'strace',
    'unshare',
    'setpriv',
    'qemu-aarch64',
    'aarch64-linux-gnu-gcc',
    'x86_64-linux-musl-gcc',
  ],
});
const made = join(process.cwd(), 'build', 'executable');
let directory = '';
let nscope = '';

before(() => {
  if (skip !== false) return;
  const words = ['scripts/executable/make.js', 'x64-glibc', 'x64-musl', 'arm64-glibc'];
  const { status, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  directory = mkdtempSync(join(tmpdir(), 'nscope-executable-'));
  chmodSync(directory, 0o755);
  nscope = join(directory, 'nscope');
  copyFileSync(join(made, 'nscope-linux-x64'), nscope);
});
after(() => {
  if (directory !== '') rmSync(directory, { recursive: true, force: true });
});

/** Runs it in a directory with nothing else, with no environment but what is given. */
function run(words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const [command = '', ...rest] = words;
  return spawnSync(command, rest, { cwd: directory, env, encoding: 'utf8', timeout: 120_000, maxBuffer: 1 << 28 });
}

/** Runs a script of sh(1) whose `$0` is the executable. */
function runInShell(prefix: readonly string[], script: string) {
  return run([...prefix, '/bin/sh', '-c', script, nscope], { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' });
}

/** What a listing of one type has that is the same for both who list: all but what they themselves are. */
function listInodes(text: string): number[] {
  const { namespaces } = JSON.parse(text) as { namespaces: { inode: number; names: string[] }[] };
  return namespaces.map(({ inode }) => inode);
}

test('It lists what the npm package lists, with the kernel’s own list.', { skip }, () => {
  const there = run([nscope, 'ls', '--json', '--type', 'user,time']);
  const here = spawnSync(process.execPath, ['dist/nscope.cjs', 'ls', '--json', '--type', 'user,time'], {
    encoding: 'utf8',
  });
  assert.equal(there.status, 0, there.stderr);
  assert.deepEqual(listInodes(there.stdout), listInodes(here.stdout));
  assert.ok(listInodes(there.stdout).length >= 2);
  const coverage = run([nscope, 'coverage']).stdout;
  assert.doesNotMatch(coverage, /addon/);
});

test('The licences, the schema, the manual page and the bill of materials are inside, and the latter names the runtime.', {
  skip,
}, () => {
  const licences = run([nscope, 'help', 'licences']).stdout;
  for (const text of [readFileSync('LICENSE', 'utf8'), readFileSync('dist/LICENSES.txt', 'utf8'), 'JavaScriptCore'])
    assert.ok(licences.includes(text));
  assert.equal(run([nscope, 'help', 'schema']).stdout, readFileSync('dist/snapshot.schema.json', 'utf8'));
  assert.match(run([nscope, 'help', 'page']).stdout, /^\.TH "NSCOPE"/m);
  const bill = JSON.parse(run([nscope, 'help', 'sbom']).stdout) as {
    bomFormat: string;
    components: { name: string; version: string; hashes?: { content: string }[]; components?: { name: string }[] }[];
  };
  assert.equal(bill.bomFormat, 'CycloneDX');
  const runtime = bill.components.find(({ name }) => name === 'bun');
  assert.match(runtime?.hashes?.[0]?.content ?? '', /^[0-9a-f]{128}$/);
  assert.ok(runtime?.components?.some(({ name }) => name === 'webkit'));
  assert.ok(bill.components.some(({ name }) => name === 'string-width'));
});

test('A listing writes no file and asks for no io_uring; a user’s files in the directory are not read.', {
  skip,
}, () => {
  for (const name of ['.env', 'bunfig.toml', 'package.json', 'tsconfig.json']) writeFileSync(join(directory, name), '');
  const trace = join(directory, 'trace');
  const { status } = run([
    '/usr/bin/strace',
    '-f',
    '-qq',
    '-o',
    trace,
    '-e',
    'trace=%file,io_uring_setup',
    nscope,
    'ls',
  ]);
  assert.equal(status, 0);
  const lines = readFileSync(trace, 'utf8').split('\n');
  assert.ok(
    lines.some((line) => line.includes('"/proc/self/status"')),
    'the trace is of a listing',
  );
  const writing = /O_WRONLY|O_RDWR|O_CREAT|io_uring_setup|mkdir|rename|unlink/;
  const own = lines.filter((line) => writing.test(line) && !/"\/dev\/(?:null|tty)"/.test(line));
  assert.deepEqual(own, []);
  assert.deepEqual(
    lines.filter((line) => /bunfs|bunfig|\.env"|tsconfig|package\.json/.test(line)),
    [],
  );
  for (const name of ['.env', 'bunfig.toml', 'package.json', 'tsconfig.json']) rmSync(join(directory, name));
});

test('The addon is there too where the runtime may not compile.', { skip }, () => {
  const { status, stdout } = run([nscope, 'coverage'], { BUN_JSC_useJIT: '0' });
  assert.equal(status, 0);
  assert.doesNotMatch(stdout, /addon/);
});

test('Bytes of a path that are not UTF-8 stay what they are.', { skip }, () => {
  const script = `cd '${directory}' && name=$(printf 'pin\\377') && "$0" run --uts --keep "./$name" -- true && umount "$name"; ls -b`;
  const { status, stdout, stderr } = runInShell([], script);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^pin\\377$/m);
});

test('A heap that has become large is made small again, and the watching goes on.', { skip }, () => {
  const preload = join(directory, 'large.js');
  writeFileSync(preload, 'process.memoryUsage = () => ({ heapTotal: 2 ** 26 });');
  const watching = run([nscope, 'watch', '--json', '--for', '22'], { BUN_OPTIONS: `--preload=${preload}` });
  assert.deepEqual([watching.status, watching.stderr], [0, '']);
});

test('The time of an event is that of the clock, which the runtime’s own counter is not.', { skip }, () => {
  const began = Date.now();
  const events = run(['/bin/sh', '-c', '"$0" watch --json --for 3 & sleep 2; unshare --uts true; wait', nscope], {
    PATH: '/usr/bin:/bin',
  });
  const times = events.stdout.split('\n').flatMap((line) => {
    const event = line === '' ? {} : (JSON.parse(line) as { event?: string; at?: string });
    return event.event === 'created' && event.at !== undefined ? [Date.parse(event.at)] : [];
  });
  assert.ok(times.length > 0, events.stdout + events.stderr);
  for (const time of times) assert.ok(time >= began && time <= Date.now(), new Date(time).toISOString());
});

test('It works on a read-only root with noexec directories for temporary files, and for an ordinary user.', {
  skip,
}, () => {
  const script = `
    mount --bind "$1" /mnt
    for d in /tmp /dev/shm /run; do mount -t tmpfs -o noexec,ro none $d; done
    mount -o remount,bind,ro /
    exec /mnt/nscope ls --type uts --no-header`;
  const asRoot = run(['/usr/bin/unshare', '-m', '/bin/sh', '-c', script, 'sh', directory], { PATH: '/usr/bin:/bin' });
  assert.equal(asRoot.status, 0, asRoot.stderr);
  assert.match(asRoot.stdout, /^uts\s+\d+/);
  const asNobody = runInShell(
    ['/usr/bin/setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'],
    '"$0" ls --type uts --no-header; "$0" run --map-root --uts -- hostname -s',
  );
  assert.equal(asNobody.status, 0, asNobody.stderr);
  assert.match(asNobody.stdout, /^uts\s+\d+/);
});

test('It runs on after its file is gone, starts others of itself from what it is, and mounts in the background.', {
  skip,
}, () => {
  const point = join(directory, 'point');
  mkdirSync(point);
  const script = `
    copy="$0.copy"; cp "$0" "$copy"
    "$copy" run --uts -- sh -c "rm '$copy'; '$0' ls --type uts --json" >/dev/null || exit 1
    cp "$0" "$copy"; "$copy" mount --daemon '${point}' && ls '${point}' && "$copy" unmount '${point}'; rm "$copy"`;
  const { status, stdout, stderr } = runInShell([], script);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /net/);
  assert.ok(!existsSync(`${nscope}.copy`));
});

test('The one for arm64 works under an emulator that neither compiles nor starts threads: with its addon, and a listing without.', {
  skip,
}, () => {
  const words = ['/usr/bin/qemu-aarch64', '-L', '/usr/aarch64-linux-gnu', join(made, 'nscope-linux-arm64')];
  const env = { BUN_JSC_useJIT: '0' };
  assert.equal(run([...words, '--version'], env).stdout, run([nscope, '--version']).stdout);
  const detect = ['detect', '--type', 'uts', '--json'];
  const [there, here] = [run([...words, ...detect], env), run([nscope, ...detect])];
  assert.equal(there.status, here.status, there.stderr);
  assert.ok(JSON.parse(there.stdout));
  const listing = run([...words, 'ls', '--no-bpf', '--type', 'uts', '--no-header'], { ...env, NSCOPE_ADDON: 'none' });
  assert.equal(listing.status, 0, listing.stderr);
  assert.match(listing.stdout, /^uts\s+\d+/);
});

test('The one for musl lists too, and says so where there is no /proc.', { skip }, () => {
  const libraries = join(directory, 'musl');
  mkdirSync(libraries);
  // Debian has no libstdc++ for musl: that of glibc, with the few functions that musl lacks.
  for (const file of ['/usr/lib/x86_64-linux-gnu/libstdc++.so.6', '/lib/x86_64-linux-gnu/libgcc_s.so.1'])
    copyFileSync(file, join(libraries, file.replace(/.*\//, '')));
  const stubs = join(libraries, 'ld-linux-x86-64.so.2');
  const source = 'test/package/executable/glibc-for-musl.c';
  const compiled = spawnSync('x86_64-linux-musl-gcc', ['-shared', '-fPIC', '-o', stubs, source], { encoding: 'utf8' });
  assert.equal(compiled.status, 0, compiled.stderr);
  const musl = join(made, 'nscope-linux-x64-musl');
  const env = { LD_LIBRARY_PATH: libraries };
  assert.match(run([musl, 'ls', '--type', 'uts', '--no-header'], env).stdout, /^uts\s+\d+/);
  assert.doesNotMatch(run([musl, 'coverage'], env).stdout, /addon/);
  const script = `umount -l /proc; LD_LIBRARY_PATH='${libraries}' exec '${musl}' ls`;
  const blind = run(['/usr/bin/unshare', '-m', '/bin/sh', '-c', script], { PATH: '/usr/bin:/bin' });
  assert.equal(blind.status, 2);
  assert.match(blind.stderr, /\/proc is not mounted/);
});

test('A second build of the same is the same file, byte for byte.', { skip }, () => {
  const first = readFileSync(nscope);
  const { status, stderr } = spawnSync(process.execPath, ['scripts/executable/make.js', 'x64-glibc'], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  assert.ok(first.equals(readFileSync(join(made, 'nscope-linux-x64'))));
});
