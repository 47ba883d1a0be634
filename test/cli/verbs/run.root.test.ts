// nscope run as root: what is made, what passes through, and what is left behind.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { namespaceTypes } from '../../../src/model/snapshot/namespace-types.ts';
import { hold, readChildren, readLinksOf } from '../../held-process.ts';
import { isAlive, startNscope, waitForEnd } from '../../launch/nscope-run.ts';
import { missing } from '../../tiers.ts';
import { main, runNscope } from '../run-nscope.ts';

const skip = missing({ root: true, commands: ['hostname', 'ip', 'ps', 'mount', 'umount', 'su'] });

/** Runs the words behind `nscope run` and gives standard output without the last line end. */
function run(...words: readonly string[]): string {
  const { status, stdout, stderr } = runNscope(['run', ...words]);
  assert.equal(status, 0, `${words.join(' ')}: ${stderr}`);
  return stdout.replace(/\n$/, '');
}

test('The command is PID 1 of a new pid namespace, and its parent has no number there.', { skip }, () => {
  assert.equal(run('-p', 'sh', '-c', 'echo $$ $PPID'), '1 0');
});

test('Each option makes a namespace of its type and of no other.', { skip }, () => {
  const options: Record<string, string> = {
    cgroup: '--cgroup',
    ipc: '--ipc',
    mnt: '--mount',
    net: '--net',
    pid: '--pid',
    time: '--time',
    user: '--user',
    uts: '--uts',
  };
  for (const made of namespaceTypes) {
    const links = run(options[made] ?? '', '--', 'readlink', ...namespaceTypes.map((type) => `/proc/self/ns/${type}`));
    // Where only the pid namespace is new, /proc shows that of the host and "self" leads nowhere: see below.
    if (made === 'pid') continue;
    const differing = links.split('\n').map((link) => link.slice(0, link.indexOf(':')));
    assert.deepEqual(differing, namespaceTypes);
    const changed = links.split('\n').filter((link, i) => link !== readlinkSync(`/proc/self/ns/${namespaceTypes[i]}`));
    assert.deepEqual(
      changed.map((link) => link.slice(0, link.indexOf(':'))),
      [made],
    );
  }
});

test('--pid makes a pid namespace and no other.', { skip }, async () => {
  const held = await hold(process.execPath, [main, 'run', '--pid', '--', 'sh', '-c', 'echo ready; exec sleep 300']);
  try {
    const here = readLinksOf(process.pid);
    // A guard of nscope's stays beside the command.
    const children = readChildren(held.pid).map(readLinksOf);
    const differing = children.map((links) => namespaceTypes.filter((type) => links[type] !== here[type]));
    assert.deepEqual(
      differing.filter(({ length }) => length > 0),
      [['pid']],
    );
  } finally {
    await held.end();
  }
});

test('--mount-proc shows the processes of the new pid namespace, and leaves the /proc of the host.', { skip }, () => {
  const before = readdirSync('/proc').length;
  assert.equal(run('--pid', '--mount-proc', '--', 'ps', '-eo', 'pid=,args=').trim(), '1 ps -eo pid=,args=');
  assert.ok(before > 50 && readdirSync('/proc').length > 50);
});

test('No propagation lets a mount of /proc out, and what is private by default stays in.', { skip }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-run-'));
  const script = `mount -t tmpfs t ${directory} && mount --make-shared ${directory} && mkdir ${directory}/a ${directory}/b
    nscope() { ${process.execPath} ${process.cwd()}/build/js/src/cli/main.js "$@"; }
    nscope run -m -- mount -t tmpfs inside ${directory}/a
    nscope run -m --propagation shared -- mount -t tmpfs outside ${directory}/b
    mount --make-rshared /proc
    nscope run -p --mount-proc --propagation unchanged -- true
    grep -c ' / /proc ' /proc/self/mountinfo; grep -o 'tmpfs [io][a-z]*side' /proc/self/mountinfo`;
  const { stdout, stderr } = spawnSync('unshare', ['-m', 'sh', '-c', script], { encoding: 'utf8' });
  rmSync(directory, { recursive: true });
  assert.deepEqual(stdout.trim().split('\n'), ['1', 'tmpfs outside'], stderr);
});

test('--offline has loopback up and no other interface.', { skip }, () => {
  const links = run('--offline', '--', 'ip', '-br', 'address').split('\n');
  assert.equal(links.length, 1);
  assert.match(links[0] ?? '', /^lo +UNKNOWN +127\.0\.0\.1\/8/);
});

test('Host name, clocks and working directory are as asked, and the host keeps its own.', { skip }, () => {
  const script = 'hostname; pwd; cut -d. -f1 /proc/uptime';
  const [name, directory, uptime] = run(
    '--hostname',
    'blue',
    '--boottime',
    '864000',
    '--workdir',
    '/usr',
    '--',
    'sh',
    '-c',
    script,
  ).split('\n');
  assert.deepEqual([name, directory], ['blue', '/usr']);
  const own = Number(readFileSync('/proc/uptime', 'latin1').split('.')[0]);
  assert.ok(Math.abs(Number(uptime) - own - 864_000) < 10, `${uptime} and ${own}`);
  assert.notEqual(readFileSync('/proc/sys/kernel/hostname', 'latin1').trim(), 'blue');
});

test('Maps: root, a user, and nobody.', { skip }, () => {
  assert.equal(run('--map-root', '--', 'cat', '/proc/self/uid_map').trim().replace(/ +/g, ' '), '0 0 1');
  assert.equal(run('--map-user', '7:8', '--', 'sh', '-c', 'id -u; id -g'), '7\n8');
  assert.equal(run('--user', '--', 'id', '-u'), '65534');
});

test('--json tells what was made before the command begins.', { skip }, () => {
  const [line = '', ...rest] = run(
    '--uts',
    '--net',
    '--json',
    '--',
    'readlink',
    '/proc/self/ns/net',
    '/proc/self/ns/uts',
  ).split('\n');
  const { namespaces, process } = JSON.parse(line) as {
    namespaces: { type: string; inode: number; id?: string }[];
    process: { pid: number };
  };
  assert.deepEqual(
    namespaces.map(({ type, inode }) => `${type}:[${inode}]`),
    rest,
  );
  assert.equal(rest.length, 2);
  for (const { id } of namespaces) assert.match(id ?? '1', /^[1-9]\d*$/);
  assert.ok(process.pid > 1);
});

test('With the /proc of another pid namespace nscope is not mistaken about who its command is.', { skip }, () => {
  const { stdout, stderr } = runNscope([
    ...['run', '--pid', '--', process.execPath, main, 'run', '--json', '--map-root', '--uts', '--'],
    ...['sh', '-c', 'readlink /proc/self/ns/uts; cat /proc/self/uid_map'],
  ]);
  const [json = '', link, map] = stdout.split('\n');
  const { namespaces } = JSON.parse(json || '{}') as { namespaces: readonly { type: string; inode: number }[] };
  assert.equal(link, `uts:[${namespaces.find(({ type }) => type === 'uts')?.inode}]`, stderr);
  assert.match(map ?? '', /^\s*0\s+0\s+1$/);
});

test('--keep pins one namespace on a file and several below a directory, until they are unmounted.', { skip }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-keep-'));
  const one = join(directory, 'one');
  try {
    const link = run('--net', '--keep', one, '--', 'readlink', '/proc/self/ns/net');
    assert.equal(`net:[${statSync(one).ino}]`, link);
    run('--uts', '--ipc', '--keep', join(directory, 'all'), '--', 'true');
    for (const type of ['uts', 'ipc'])
      assert.notEqual(statSync(join(directory, 'all', type)).ino, statSync(`/proc/self/ns/${type}`).ino);
    assert.equal(statSync(join(directory, 'all', 'uts')).dev, statSync('/proc/self/ns/uts').dev);
    const failed = runNscope(['run', '--net', '--keep', join(directory, 'none'), '--', 'no-such-command']);
    assert.equal(failed.status, 127);
    assert.ok(!readdirSync(directory).includes('none'), 'what was kept for a command that did not start is gone');
  } finally {
    for (const name of ['one', 'all/uts', 'all/ipc']) spawnSync('umount', [join(directory, name)]);
    rmSync(directory, { recursive: true });
  }
});

test('--keep makes neither the parents of a path nor what a slip names.', { skip }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-keep-'));
  const refused = (types: readonly string[], keep: string) => {
    const { status, stderr } = runNscope(['run', ...types, '--keep', keep, '--', 'true'], '', { cwd: directory });
    assert.equal(status, 2, stderr);
    assert.deepEqual(readdirSync(directory), [], keep);
    return stderr;
  };
  try {
    refused(['--uts'], `bogus:${directory}/x`);
    assert.match(
      refused(['--uts'], `${directory}/a/b`),
      /cannot be made \(ENOENT\): make its directory first: mkdir -p/,
    );
    refused(['--uts', '--ipc'], `${directory}/a/b`);
    const { status } = runNscope(['run', '--uts', '--keep', './a:b', '--', 'true'], '', { cwd: directory });
    assert.deepEqual([status, readdirSync(directory)], [0, ['a:b']]);
  } finally {
    spawnSync('umount', [join(directory, 'a:b')]);
    rmSync(directory, { recursive: true });
  }
});

test('--keep refuses a path that is given twice, whatever it is called, and leaves nothing of either.', {
  skip,
}, () => {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-keep-'));
  const refused = (...keeps: readonly string[]) => {
    const words = keeps.flatMap((keep) => ['--keep', keep]);
    const before = readdirSync(directory);
    const run = runNscope(['run', '--uts', '--ipc', ...words, '--', 'touch', 'begun'], '', { cwd: directory });
    assert.equal(run.status, 2, run.stderr);
    assert.deepEqual(readdirSync(directory), before, keeps.join(' '));
    assert.ok(!readFileSync('/proc/self/mountinfo', 'utf8').includes(directory), keeps.join(' '));
    return run.stderr;
  };
  try {
    for (const keeps of [
      ['uts:one', 'uts:one'],
      ['uts:one', 'ipc:./one'],
      ['all', `${directory}/all`],
      ['all', 'uts:all/uts'],
    ])
      assert.match(refused(...keeps), /^nscope: --keep: \S+ is given twice, and one path keeps one namespace$/m);
    symlinkSync(directory, join(directory, 'here'));
    assert.match(refused('uts:one', 'ipc:here/one'), /--keep: \S+here\/one and \S+one are the same file/);
    writeFileSync(join(directory, 'there'), 'kept');
    assert.match(refused('uts:there', 'ipc:here/there'), /are the same file/);
    assert.equal(readFileSync(join(directory, 'there'), 'utf8'), 'kept');
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('The status is the command’s own, 126, 127, or 128 and a signal.', { skip }, () => {
  const status = (...words: string[]) => runNscope(['run', '--uts', '--', ...words]);
  assert.equal(status('sh', '-c', 'exit 7').status, 7);
  assert.equal(status('sh', '-c', 'kill -TERM $$').status, 143);
  const missing = status('no-such-command');
  assert.deepEqual([missing.status, missing.stderr], [127, 'nscope: no-such-command: no such command\n']);
  assert.equal(status('/no/such').status, 127);
  const refused = status('/etc/passwd');
  assert.deepEqual(
    [refused.status, refused.stderr],
    [126, 'nscope: /etc/passwd: cannot be executed: permission denied\n'],
  );
});

test('Words behind the first that is no option are the command’s, also --, -h and --json.', { skip }, () => {
  assert.equal(run('--uts', 'printf', '%s,', '-h', '--', '--json', '--uts'), '-h,--,--json,--uts,');
  assert.equal(run('--uts', '--', 'printf', '%s,', '-p', '--'), '-p,--,');
});

test('What cannot be asked for together is said, with status 2.', { skip }, () => {
  const complain = (...words: string[]) => {
    const { status, stderr } = runNscope(['run', ...words, '--', 'true']);
    assert.equal(status, 2, words.join(' '));
    return stderr;
  };
  assert.match(complain(), /name one type or more/);
  assert.match(complain('--net', '--propagation', 'slave'), /add --mount/);
  assert.match(complain('--mount', '--propagation', 'slav'), /did you mean slave\?/);
  assert.match(complain('--map-user', 'me'), /takes UID or UID:GID/);
  assert.match(complain('--monotonic', '1s'), /takes a whole number of seconds/);
  assert.match(complain('--uts', '--keep', 'net:/tmp/x'), /no net namespace is made/);
  assert.match(complain('--uts', '--keep', 'bogus:/tmp/x'), /"bogus" is not a type of namespaces/);
  assert.match(complain('--uts', '--keep', 'ust:/tmp/x'), /did you mean uts\?/);
  assert.match(complain('--uts', '--keep', 'uts:'), /no path stands after the colon/);
  assert.match(complain('--uts', '--keep', ''), /--keep takes a path/);
  assert.match(complain('--hostname', 'x'.repeat(65)), /more than 64 bytes/);
  assert.match(complain('--uts', '--workdir', '/no/such'), /working directory cannot be \/no\/such \(ENOENT\)/);
  assert.match(complain('--uts', '--keep', '/proc/none'), /--keep: \/proc\/none cannot be made/);
});

test('A limit that is reached is named, with whose count it is.', { skip }, () => {
  const script = `echo 0 >/proc/sys/user/max_uts_namespaces; exec ${process.execPath} build/js/src/cli/main.js run --uts --ipc -- true`;
  const { status, stderr } = spawnSync('unshare', ['-Ur', 'sh', '-c', script], { encoding: 'utf8' });
  assert.equal(status, 2);
  assert.match(
    stderr,
    /a limit is reached: user\.max_uts_namespaces is 0 here\. It counts the namespaces that uid 0 has made in user:\[\d+\]/,
  );
  assert.doesNotMatch(stderr, /max_ipc/);
});

for (const options of [['--uts'], ['--pid'], ['--pid', '--init']])
  test(`Signals reach the command with ${options.join(' ')}, whether it handles them or not.`, { skip }, async () => {
    const handling = startNscope([
      'run',
      ...options,
      '--',
      'sh',
      '-c',
      'trap "echo got; exit 9" TERM; echo begun; while :; do sleep 0.05; done',
    ]);
    await handling.line(/^begun$/);
    handling.kill('SIGTERM');
    assert.equal(await handling.end(), 9);
    assert.ok(handling.lines.includes('got'));
    const other = startNscope(['run', ...options, '--', 'sh', '-c', 'echo begun; exec sleep 300']);
    await other.line(/^begun$/);
    other.kill('SIGTERM');
    assert.equal(await other.end(), 143);
  });

test('When nscope is killed, its command goes too, with what that had started and as whom it ran.', {
  skip,
}, async () => {
  const shell = 'echo pid $$; sleep 301 & echo pid $!; (sleep 302 & echo pid $!; wait) & wait';
  for (const words of [
    ['--uts', '--', 'sh', '-c', shell],
    ['--mount', '--', 'su', 'nobody', '-s', '/bin/sh', '-c', shell],
  ]) {
    const running = startNscope(['run', '--json', ...words]);
    const made = JSON.parse((await running.line(/^\{.*/))[0]) as { process: { pid: number } };
    for (let tries = 0; tries < 1000 && running.lines.filter((line) => line.startsWith('pid ')).length < 3; tries++)
      await sleep(10);
    const pids = running.lines.flatMap((line) => (/^pid \d+$/.test(line) ? [Number(line.slice(4))] : []));
    assert.equal(pids.length, 3, running.lines.join('\n'));
    for (const pid of [made.process.pid, ...pids]) assert.ok(isAlive(pid));
    running.kill('SIGKILL');
    assert.equal(await running.end(), 'SIGKILL');
    for (const pid of [made.process.pid, ...pids]) await waitForEnd(pid);
  }
});

test('When nscope is killed, a pid namespace ends, and no mount and no guard is left.', { skip }, async () => {
  const mounts = readFileSync('/proc/self/mountinfo', 'latin1');
  const running = startNscope([
    'run',
    '--json',
    '--pid',
    '--mount-proc',
    '--init',
    '--',
    'sh',
    '-c',
    'mount -t tmpfs x /mnt; echo begun; sleep 303',
  ]);
  const made = JSON.parse((await running.line(/^\{.*/))[0]) as { process: { pid: number } };
  await running.line(/^begun$/);
  const children = readFileSync(`/proc/${running.pid}/task/${running.pid}/children`, 'latin1')
    .trim()
    .split(' ')
    .map(Number);
  assert.ok(children.length === 2 && children.includes(made.process.pid), 'the init and the guard');
  running.kill('SIGKILL');
  await running.end();
  for (const pid of children) await waitForEnd(pid);
  assert.equal(readFileSync('/proc/self/mountinfo', 'latin1'), mounts);
});

test('A kernel setting that forbids user namespaces is named.', {
  skip: skip || missing({ commands: ['setpriv'] }),
}, () => {
  const words = [
    '-Ur',
    'sh',
    '-c',
    `echo 0 >/proc/sys/user/max_user_namespaces; exec ${process.execPath} build/js/src/cli/main.js run --map-root -- true`,
  ];
  const { status, stderr } = spawnSync('unshare', words, { encoding: 'utf8' });
  assert.equal(status, 2);
  assert.match(stderr, /user\.max_user_namespaces is 0 here/);
});

test('The command finds the descriptors, signals and limits that a program expects.', { skip }, () => {
  const [ignored, blocked, files] = run(
    '--uts',
    '--',
    'sh',
    '-c',
    'grep -E "SigIgn|SigBlk" /proc/self/status; ulimit -Sn',
  ).split('\n');
  assert.match(ignored ?? '', /^SigBlk:\s+0+$/);
  assert.match(blocked ?? '', /^SigIgn:\s+0+$/);
  // Node has raised its own, and that of this test, whose limit is therefore the one to expect.
  assert.equal(files, /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1]);
  const open = spawnSync('ls', ['/proc/self/fd'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).stdout;
  assert.equal(run('--uts', '--', 'ls', '/proc/self/fd'), open.trim());
});
