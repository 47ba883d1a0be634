// run and enter where /proc is missing, or numbers the processes of another pid namespace.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { settings } from '../kernel/detect/settings.ts';
import { missing } from '../tiers.ts';
import { main, runNscope } from './run-nscope.ts';

const skip = missing({ root: true, commands: ['unshare', 'mount', 'umount'] });

for (const [name, sentence] of [
  ['/proc not mounted', /\/proc is not mounted \(or not readable\) here/],
  ['/proc of another pid namespace', /\/proc belongs to another pid namespace/],
] as const)
  test(`${name}: run makes what needs no /proc, and run and enter say what is to be mounted.`, { skip }, (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'nscope-no-proc-'));
    t.after(() => rmSync(directory, { recursive: true }));
    const prefix = settings.find((setting) => setting.name === name)?.prefix ?? [];
    const runIn = (...words: string[]) => {
      const [command = '', ...rest] = [...prefix, process.execPath, main, ...words];
      return spawnSync(command, rest, { encoding: 'utf8', timeout: 60_000 });
    };
    const plain = runIn('run', '-u', '--hostname', 'blue', '--', 'uname', '-n');
    assert.deepEqual([plain.status, plain.stdout, plain.stderr], [0, 'blue\n', '']);
    for (const words of [
      ['run', '-u', '--json', '--', 'true'],
      ['run', '--map-root', '-u', '--', 'true'],
      ['run', '-u', '--keep', join(directory, 'pin'), '--', 'true'],
      ['enter', 'self', '--', 'true'],
      ['enter', '1', '--', 'true'],
    ]) {
      const { status, stdout, stderr } = runIn(...words);
      assert.deepEqual([status, stdout], [2, ''], words.join(' '));
      assert.match(stderr, sentence, words.join(' '));
      assert.deepEqual(readdirSync(directory), []);
    }
  });

test('enter self enters nothing where /proc gives nscope another number, and a stranger has its own.', { skip }, () => {
  const readLinks = ['sh', '-c', 'for type in net uts pid; do readlink /proc/self/ns/$type; done'];
  // As many processes as /proc has in front: the number that nscope has inside is a stranger's outside.
  const { status, stdout, stderr } = runNscope([
    ...[
      'run',
      '--pid',
      '--net',
      '--uts',
      '--',
      'sh',
      '-c',
      '"$@"; for type in net uts pid; do readlink /proc/self/ns/$type; done',
    ],
    ...['sh', process.execPath, main, 'enter', 'self', '--', ...readLinks],
  ]);
  assert.equal(status, 0, stderr);
  const lines = stdout.split('\n');
  assert.deepEqual(lines.slice(0, 3), lines.slice(3, 6));
  assert.match(lines[0] ?? '', /^net:\[\d+\]$/);
});

test('The command gets the limit of open files of the parent of nscope, not that of whoever has its number in /proc.', {
  skip,
}, () => {
  const script = `ulimit -Sn 777; ${process.execPath} ${main} run -u -- sh -c 'ulimit -Sn'; exit $?`;
  const { stdout, stderr } = runNscope(['run', '--pid', '--', 'sh', '-c', script]);
  assert.equal(stdout, '777\n', stderr);
});

test('--map-auto uses all ranges of the user, cuts what overlaps, and never takes those of another.', { skip }, (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-subuid-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const map = (ranges: string, ...options: string[]) => {
    const script = `printf '%b' "$1" >${directory}/ids && mount --bind ${directory}/ids /etc/subuid &&
      mount --bind ${directory}/ids /etc/subgid && shift && exec "$@"`;
    const words = ['run', '--map-auto', ...options, '--', 'cat', '/proc/self/uid_map', '/proc/self/gid_map'];
    const command = ['-m', 'sh', '-c', script, 'sh', ranges, process.execPath, main, ...words];
    return spawnSync('unshare', command, { encoding: 'utf8', timeout: 60_000 });
  };
  const readMap = (text: string) =>
    text
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number));
  const several = map('daemon:100:50\\nroot:100000:10\\n0:200000:10\\nroot:100005:10\\nroot:0:3\\n0x0:7:7\\n');
  const lines = [
    [0, 0, 1],
    [1, 100000, 10],
    [11, 200000, 10],
    [21, 100010, 5],
    [26, 1, 2],
  ];
  assert.deepEqual(readMap(several.stdout), [...lines, ...lines], several.stderr);
  const inside = map('root:100000:10\\nroot:200000:10\\n', '--map-user', '12');
  const around = [
    [0, 100000, 10],
    [10, 200000, 2],
    [12, 0, 1],
    [13, 200002, 8],
  ];
  assert.deepEqual(readMap(inside.stdout), [...around, ...around], inside.stderr);
  for (const none of ['', 'daemon:100000:65536\\n', 'root:0:1\\n', 'root:5:0\\n', 'root:x:5\\n']) {
    const { status, stderr } = map(none);
    assert.equal(status, 2, none);
    assert.match(stderr, /--map-auto: \/etc\/subuid gives no ids to root \(uid 0\); root adds some with: usermod/);
  }
  assert.ok(readFileSync('/etc/passwd', 'utf8').includes('daemon'));
});
