// namespacefs, mounted by root and used with the programs that people use.
import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  rmSync,
  statfsSync,
  statSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeBed } from '../../bed/bed.ts';
import { runNscope } from '../../cli/run-nscope.ts';
import { hold, readLinksOf, readOnlyChild, waitForName } from '../../held-process.ts';
import { missing } from '../../tiers.ts';
import { countMounts, makeDirectory, mountFor, waitUntil } from '../mounted.ts';

const skip = missing({
  root: true,
  commands: ['cc', 'make', 'unshare', 'nsenter', 'tar', 'setpriv'],
  files: ['/dev/fuse'],
});

function run(command: string, ...words: string[]): SpawnSyncReturns<string> {
  return spawnSync(command, words, { encoding: 'utf8', timeout: 60_000, maxBuffer: 2 ** 28 });
}

function lines(text: string): string[] {
  return text.split('\n').filter(Boolean);
}

/** What a program complained of, but for what has gone: others make and end namespaces on this host too. */
function complaintsOf({ stderr }: SpawnSyncReturns<string>): string[] {
  return lines(stderr).filter((line) => !/: (No such file or directory|No such process)$/.test(line));
}

/** A process in namespaces of its own of all types, whose only child is PID 1 of the pid namespace. */
async function holdContainer(t: { after(done: () => Promise<void>): void }) {
  const held = await hold('unshare', [
    '-CUimnpuTrf',
    '--mount-proc',
    'sh',
    '-c',
    'hostname box; echo ready; exec sleep 600',
  ]);
  t.after(held.end);
  const pid = readOnlyChild(held.pid);
  await waitForName(pid, 'sleep');
  return { pid, links: readLinksOf(pid), end: held.end };
}

test('A container is where the proposal of 2021 had it, and its owner owns the files.', { skip }, async (t) => {
  const { pid, links } = await holdContainer(t);
  const { directory } = await mountFor(t);
  const tasks = readFileSync(`${directory}/pid/${links.pid}/tasks`, 'utf8');
  assert.equal(tasks, `${pid}\n`);
  const uname = `${directory}/uts/${links.uts}/uname`;
  assert.deepEqual(readFileSync(uname, 'utf8').split(' ').slice(0, 2), ['Linux', 'box']);
  const stat = statSync(uname);
  assert.deepEqual([stat.mode, stat.uid, stat.gid], [0o100440, 0, 0]);
  assert.equal(statSync(`${directory}/uts/${links.uts}`).mode, 0o040555);
  assert.ok(readdirSync(`${directory}/pid`).every((name) => /^\d+$/.test(name)));
  assert.equal(
    readFileSync(`${directory}/user/${links.user}/uid_map`, 'utf8'),
    readFileSync(`/proc/${pid}/uid_map`, 'utf8'),
  );
  assert.equal(
    readFileSync(`${directory}/time/${links.time}/offsets`, 'utf8'),
    readFileSync(`/proc/${pid}/timens_offsets`, 'utf8'),
  );
  assert.equal(readFileSync(`${directory}/net/${links.net}/links`, 'utf8'), 'lo\n');
  const mounts = lines(readFileSync(`${directory}/mnt/${links.mnt}/mounts`, 'utf8')).map((line) => line.split(' '));
  const expected = lines(readFileSync(`/proc/${pid}/mountinfo`, 'utf8')).map((line) => line.split(' '));
  assert.deepEqual(mounts.map(([point]) => point).sort(), expected.map((words) => words[4]).sort());
  for (const [link, inode] of Object.entries(links))
    assert.equal(statSync(`${directory}/by-pid/${pid}/${link}/`).ino, inode * 65536, link);
});

test('Every namespace of the bed has a directory, and through ns it is entered or opened.', { skip }, async (t) => {
  const bed = await makeBed(['fd', 'fd-in-flight', 'bind-mount', 'parent-only']);
  t.after(bed.release);
  const { directory } = await mountFor(t);
  let entered = 0;
  for (const { type, inode, id, place } of bed.namespaces) {
    const path = `${directory}/by-id/${id}`;
    assert.equal(statSync(path).ino, inode * 65536, `${place} ${type}`);
    assert.equal(readFileSync(`${path}/id`, 'utf8'), `${id}\n`);
    assert.equal(statSync(`${path}/ns`).ino, inode, `${place} ${type} ${readlinkSync(`${path}/ns`)}`);
    if (type !== 'net') continue;
    const inside = run('nsenter', `--net=${path}/ns`, 'readlink', '/proc/self/ns/net');
    assert.equal(inside.stdout.trim(), `net:[${inode}]`, inside.stderr);
    entered++;
  }
  assert.ok(bed.namespaces.length > 20 && entered >= 3);
});

test('The programs that walk a tree walk this one.', { skip }, async (t) => {
  const { links } = await holdContainer(t);
  const { directory } = await mountFor(t);
  // What belongs to processes comes and goes with them; the rest is still.
  const still = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'time', 'user', 'uts'].map((type) => join(directory, type));
  const found = run('find', ...still, '-type', 'f');
  assert.deepEqual(complaintsOf(found), []);
  const files = lines(found.stdout);
  assert.ok(files.includes(`${directory}/net/${links.net}/tasks`));
  const long = run('ls', '-lR', ...still);
  assert.deepEqual(complaintsOf(long), []);
  const archive = join(makeScratch(t), 'all.tar');
  const packed = run('tar', '-cf', archive, '-C', directory, `uts/${links.uts}`);
  assert.equal(packed.status, 0, packed.stderr);
  const content = run('tar', '-xOf', archive, `uts/${links.uts}/uname`);
  assert.equal(content.stdout, readFileSync(`${directory}/uts/${links.uts}/uname`, 'utf8'));
  const searched = run('grep', '-rl', ' box ', `${directory}/uts`);
  assert.deepEqual(lines(searched.stdout), [`${directory}/uts/${links.uts}/uname`]);
  const used = run('du', '-s', ...still);
  assert.deepEqual(complaintsOf(used), []);
  const copied = join(makeScratch(t), 'uname');
  assert.equal(run('cp', `${directory}/uts/${links.uts}/uname`, copied).status, 0);
  assert.equal(readFileSync(copied, 'utf8'), content.stdout);
  for (const [path, directories] of [
    [`${directory}/uts/${links.uts}`, 0],
    [`${directory}/user/${links.user}`, 1],
    [`${directory}/initial`, 8],
  ] as const)
    assert.equal(statSync(path).nlink, directories + 2, path);
  assert.equal(statfsSync(directory).bsize, 4096);
});

function makeScratch(t: { after(done: () => void): void }): string {
  const scratch = makeDirectory();
  t.after(() => rmSync(scratch, { recursive: true }));
  return scratch;
}

test('Nobody can change anything.', { skip }, async (t) => {
  const { directory } = await mountFor(t);
  for (const change of [
    () => mkdirSync(`${directory}/net/1`),
    () => writeFileSync(`${directory}/new`, ''),
    () => writeFileSync(`${directory}/events`, 'x'),
    () => rmSync(`${directory}/events`),
  ])
    assert.throws(change, { code: 'EROFS' });
});

test('A user reads what his user namespaces own, and nothing of others.', { skip }, async (t) => {
  const mine = ['--reuid=65534', '--regid=65534', '--clear-groups'];
  const held = await hold('setpriv', [...mine, 'unshare', '-Ur', 'sh', '-c', 'echo ready; exec sleep 600']);
  t.after(held.end);
  const { directory } = await mountFor(t);
  const { user } = readLinksOf(held.pid);
  const read = (path: string) => run('setpriv', ...mine, 'cat', `${directory}/${path}`);
  assert.equal(read(`user/${user}/tasks`).stdout, `${held.pid}\n`);
  assert.match(read('initial/user/tasks').stderr, /Permission denied/);
  assert.match(read('events').stderr, /Permission denied/);
  const own = run('setpriv', ...mine, 'ls', `${directory}/by-pid/${held.pid}`);
  assert.equal(lines(own.stdout).length, 10, own.stderr);
  assert.match(run('setpriv', ...mine, 'ls', `${directory}/by-pid/1`).stderr, /Permission denied/);
});

test('A directory comes and goes with its namespace, for who looks, who watches with inotify and who reads events.', {
  skip,
}, async (t) => {
  const { directory } = await mountFor(t);
  readdirSync(`${directory}/uts`);
  const told: string[] = [];
  const watcher = watch(`${directory}/uts`, (kind, name) => told.push(`${kind} ${name}`));
  t.after(() => watcher.close());
  const follow = spawn('cat', [`${directory}/events.follow`], { stdio: ['ignore', 'pipe', 'ignore'] });
  let events = '';
  follow.stdout.on('data', (bytes) => {
    events += bytes;
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  const held = await hold('unshare', ['-u', 'sh', '-c', 'echo ready; exec sleep 600']);
  t.after(held.end);
  const { uts } = readLinksOf(held.pid);
  const path = `${directory}/uts/${uts}`;
  const appeared = await waitUntil(() => existsSync(path), 20_000);
  await waitUntil(() => told.includes(`rename ${uts}`) && events.includes(`created uts:[${uts}]`), 20_000);
  told.length = 0;
  await held.end();
  const vanished = await waitUntil(() => !existsSync(path), 20_000);
  await waitUntil(() => told.includes(`rename ${uts}`) && events.includes(`destroyed uts:[${uts}]`), 20_000);
  t.diagnostic(`appeared after ${appeared.toFixed()} ms, vanished after ${vanished.toFixed()} ms`);
  follow.kill();
  await once(follow, 'exit');
});

test('All files can be read to their end, the log of events among them, and tail follows it.', { skip }, async (t) => {
  const { directory } = await mountFor(t);
  const made = await hold('unshare', ['-u', 'sh', '-c', 'echo ready; exec sleep 600']);
  t.after(made.end);
  const { uts } = readLinksOf(made.pid);
  await waitUntil(() => existsSync(`${directory}/uts/${uts}`), 20_000);
  const read = run('sh', '-c', `find ${directory}/* -type f -name 'events*' | xargs cat`);
  assert.equal(read.status, 0, read.stderr);
  assert.match(read.stdout, new RegExp(`created uts:\\[${uts}\\]`));
  const searched = run('timeout', '30', 'grep', '-rl', `created uts:[[]${uts}`, directory);
  assert.deepEqual(lines(searched.stdout), [`${directory}/events`]);
  assert.equal(run('cp', `${directory}/events`, join(makeScratch(t), 'events')).status, 0);
  const tail = spawn('tail', ['-f', '-n', '1', `${directory}/events`], { stdio: ['ignore', 'pipe', 'inherit'] });
  let followed = '';
  tail.stdout.on('data', (bytes) => {
    followed += bytes;
  });
  await waitUntil(() => followed !== '', 20_000);
  await made.end();
  await waitUntil(() => followed.includes(`destroyed uts:[${uts}]`), 20_000);
  tail.kill();
  await once(tail, 'exit');
});

test('An open file stays one state while the namespace changes and ends.', { skip }, async (t) => {
  const { directory } = await mountFor(t);
  const held = await hold('unshare', ['-u', 'sh', '-c', 'echo ready; exec sleep 600']);
  t.after(held.end);
  const path = `${directory}/uts/${readLinksOf(held.pid).uts}/tasks`;
  await waitUntil(() => existsSync(path), 20_000);
  const fd = openSync(path, 'r');
  await held.end();
  await waitUntil(() => !existsSync(path), 20_000);
  const bytes = Buffer.alloc(100);
  assert.equal(bytes.toString('utf8', 0, readSync(fd, bytes, 0, 100, 0)), `${held.pid}\n`);
  closeSync(fd);
});

test('While namespaces come and go, a walk fails at nothing but what has gone.', { skip }, async (t) => {
  const { directory } = await mountFor(t);
  const churn = spawn(
    'sh',
    ['-c', 'while :; do for i in 1 2 3 4 5 6 7 8; do unshare -uin sleep 0.0$i & done; wait; done'],
    {
      detached: true,
      stdio: 'ignore',
    },
  );
  t.after(async () => {
    if (churn.pid) process.kill(-churn.pid, 'SIGKILL');
    await once(churn, 'exit');
  });
  let read = 0;
  const started = performance.now();
  while (performance.now() - started < 5000) {
    const walked = run(
      'sh',
      '-c',
      `find ${directory} -type f | xargs cat >/dev/null; find ${directory} -type f | wc -l`,
    );
    read += Number(walked.stdout);
    assert.deepEqual(complaintsOf(walked), []);
  }
  assert.ok(read > 100, `${read} files`);
});

test('A thousand readers are served, and one that never reads holds up nobody.', { skip }, async (t) => {
  const { directory } = await mountFor(t);
  const path = `${directory}/initial/net/tasks`;
  const idle = Array.from({ length: 500 }, () => openSync(`${directory}/events.follow`, 'r'));
  const open = Array.from({ length: 1000 }, () => openSync(path, 'r'));
  const bytes = Buffer.alloc(100);
  for (const fd of open) assert.ok(readSync(fd, bytes, 0, 100, 0) > 0);
  assert.ok(readFileSync(path, 'utf8').length > 0);
  for (const fd of [...idle, ...open]) closeSync(fd);
});

test('What a killed nscope leaves is mended by the next one.', { skip }, async (t) => {
  const { directory, end } = await mountFor(t);
  await end('SIGKILL');
  assert.throws(() => readdirSync(directory), { code: 'ENOTCONN' });
  await mountFor({ after: () => {} }, directory).then(async (second) => {
    assert.equal(countMounts(directory), 1);
    assert.ok(readdirSync(directory).includes('net'));
    assert.equal(await second.end('SIGINT'), 0);
  });
  assert.equal(countMounts(directory), 0);
});

test('A signal unmounts also while somebody is in it, and unmounting ends nscope.', { skip }, async (t) => {
  const busy = await mountFor(t);
  const fd = openSync(`${busy.directory}/events`, 'r');
  assert.equal(run('umount', busy.directory).status, 32, 'EBUSY while it is in use');
  assert.equal(await busy.end('SIGTERM'), 0);
  assert.equal(countMounts(busy.directory), 0);
  closeSync(fd);
  const idle = await mountFor(t);
  assert.equal(run('umount', idle.directory).status, 0);
  await waitUntil(() => idle.child.exitCode !== null, 20_000);
  assert.equal(idle.child.exitCode, 0);
  assert.equal(idle.said() + busy.said(), '');
});

test('A daemon returns when it is mounted, and ends when it is unmounted.', { skip }, () => {
  const directory = makeDirectory();
  const { status, stderr } = runNscope(['mount', '--daemon', directory]);
  assert.deepEqual([status, stderr], [0, '']);
  assert.equal(countMounts(directory), 1);
  assert.ok(existsSync(`${directory}/initial/net/tasks`));
  const again = runNscope(['mount', '--daemon', directory]);
  assert.equal(again.status, 2);
  assert.match(again.stderr, /namespacefs is mounted at \S+ already/);
  assert.equal(run('umount', directory).status, 0);
  assert.equal(countMounts(directory), 0);
  rmSync(directory, { recursive: true });
});

test('What cannot be mounted on is said in a sentence, with status 2.', { skip }, (t) => {
  const scratch = makeScratch(t);
  writeFileSync(`${scratch}/file`, '');
  const cases: [string, RegExp][] = [
    [`${scratch}/none`, /\/none does not exist; make it: mkdir /],
    [`${scratch}/file`, /\/file is not a directory$/m],
    [scratch, / is not empty; mount at an empty directory$/m],
    ['', /DIR is empty/],
  ];
  for (const [directory, sentence] of cases) {
    const { status, stderr } = runNscope(['mount', directory]);
    assert.equal(status, 2, stderr);
    assert.match(stderr, sentence);
    assert.equal(lines(stderr).length, 1, stderr);
  }
  mkdirSync(`${scratch}/empty`);
  const hidden = run(
    'unshare',
    '-m',
    'sh',
    '-c',
    'mount -t tmpfs none /dev && exec "$@"',
    'sh',
    process.execPath,
    ...mainOf(`${scratch}/empty`),
  );
  assert.equal(hidden.status, 2);
  assert.match(hidden.stderr, /^nscope: there is no \/dev\/fuse to use \(ENOENT\); load the module: modprobe fuse$/m);
});

function mainOf(directory: string): string[] {
  return [new URL('../../../src/cli/main.js', import.meta.url).pathname, 'mount', directory];
}
