// What compare, groups, caps, show and detect say where /proc or the kernel withholds what they ask for.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { namespaceTypes } from '../../src/model/snapshot/namespace-types.ts';
import { asNobody, settings } from '../kernel/detect/settings.ts';
import { denying } from '../sources/bad-conditions.ts';
import { missing } from '../tiers.ts';
import { main, type Outcome } from './run-nscope.ts';

const skip = missing({ root: true, commands: ['unshare', 'setpriv', 'mount', 'umount', 'cc', 'setarch'] });

function runIn(prefix: readonly string[], ...words: readonly string[]): Outcome {
  const [command = '', ...rest] = [...prefix, process.execPath, main, ...words];
  const { status, stdout, stderr } = spawnSync(command, rest, { encoding: 'utf8', timeout: 120_000 });
  assert.doesNotMatch(stderr, /this is a bug|^\s+at /m, words.join(' '));
  assert.equal(typeof status, 'number', words.join(' '));
  return { words, status, stdout, stderr, lines: stdout.split('\n').slice(0, -1) };
}

function setting(name: string): readonly string[] {
  const found = settings.find((one) => one.name === name);
  assert.ok(found, name);
  return found.prefix;
}

/** By type what `compare` says is shared with the host. */
function compareIn(prefix: readonly string[]): ReadonlyMap<string, string> {
  const { status, stderr, lines } = runIn(prefix, 'compare');
  assert.equal(status, 0, stderr);
  const rows = lines.slice(1).map((line) => line.split(/ +/));
  assert.deepEqual(
    rows.map(([type]) => type),
    namespaceTypes,
  );
  return new Map(rows.map(([type = '', , shared = '']) => [type, shared]));
}

const noIoctl = () => denying('ENOTTY', 'ioctl of nsfs');

/** The settings in which /proc shows nscope itself, which types are no longer the host's there, and what the remarks say. */
const places: readonly (readonly [string, () => readonly string[], readonly string[], RegExp?])[] = [
  [
    'hidepid=1',
    () => setting('hidepid=1, ordinary user'),
    ['mnt'],
    /files of other users' processes refused \(hidepid=(?:1|noaccess)\)/,
  ],
  [
    'hidepid=2',
    () => setting('hidepid=2, ordinary user'),
    ['mnt'],
    /other users' processes hidden \(hidepid=(?:2|invisible)\)/,
  ],
  ['masked /proc', () => setting('container, masked /proc'), ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'uts']],
  [
    'a /proc of processes alone',
    () => setting('container, processes alone in /proc'),
    ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'uts'],
  ],
  ['/proc of the host', () => setting('container, /proc of the host'), ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'uts']],
  ['a kernel without ioctl_nsfs(2)', noIoctl, []],
  ['a kernel without ioctl_nsfs(2), as nobody', () => [...asNobody, ...noIoctl()], []],
];

for (const [name, prefix, apart, remark] of places)
  test(`With ${name} compare claims nothing wrong, and groups, caps and show say what they know.`, { skip }, () => {
    for (const [type, shared] of compareIn(prefix())) {
      const wrong = apart.includes(type) ? /yes/ : /no/;
      assert.doesNotMatch(shared, wrong, `${type}: ${shared}`);
    }
    for (const method of ['mountinfo', 'mounts']) {
      const groups = runIn(prefix(), 'groups', '--by', method);
      assert.equal(groups.status, 0, groups.stderr);
      assert.ok(groups.lines.length >= 2);
      if (remark) assert.match(groups.stderr, remark);
    }
    assert.equal(runIn(prefix(), 'groups', '--by', 'cgroup').status, 1);
    const caps = runIn(prefix(), 'caps', 'self', 'self');
    assert.ok([0, 1, 3].includes(caps.status ?? -1), caps.stderr);
    assert.equal(caps.lines.filter((line) => /^ {2}\w+:\[\d+\]/.test(line)).length, namespaceTypes.length);
    const show = runIn(prefix(), 'show', 'self');
    assert.equal(show.status, 0, show.stderr);
    assert.match(show.stdout, /^ {2}namespaces +cgroup:\[/m);
    if (remark) assert.match(show.stderr, remark);
    const workloads = runIn(prefix(), 'workloads');
    assert.ok([0, 1].includes(workloads.status ?? -1), workloads.stderr);
  });

test('Without ioctl_nsfs(2) caps cannot tell where the owner decides, and says so by its status.', { skip }, () => {
  const { status, stdout } = runIn([...asNobody, ...noIoctl()], 'caps', 'self', 'self');
  assert.equal(status, 3);
  assert.match(stdout, /which user namespace owns .* is not known/);
});

test('A process that hidepid=1 shows and keeps shut is refused, and one that is not there is not found.', {
  skip,
}, () => {
  const prefix = setting('hidepid=1, ordinary user');
  for (const words of [
    ['show', '1'],
    ['compare', '1'],
    ['caps', '1', 'self'],
  ]) {
    const { status, stderr } = runIn(prefix, ...words);
    assert.equal(status, 2, stderr);
    assert.match(stderr, /process 1 is here, but may not be looked at/);
  }
  assert.equal(runIn(prefix, 'show', '4194303').status, 1);
});

for (const [name, sentence] of [
  ['/proc not mounted', /\/proc is not mounted \(or not readable\) here.*mount -t proc proc \/proc/],
  ['/proc of another pid namespace', /\/proc belongs to another pid namespace.*mount -t proc proc \/proc/],
] as const)
  test(`${name}: all but detect say what is to be mounted, and detect tells what it can.`, { skip }, () => {
    const prefix = setting(name);
    for (const words of [
      ['compare'],
      ['groups'],
      ['groups', '--by', 'mounts'],
      ['caps', 'self', 'self'],
      ['show', 'self'],
      ['workloads'],
      ['ls', 'docker:web'],
    ]) {
      const { status, stdout, stderr } = runIn(prefix, ...words);
      assert.equal(status, 2, words.join(' '));
      assert.match(stderr, sentence, words.join(' '));
      assert.equal(stdout, '');
    }
    const detect = runIn(prefix, 'detect', '--type', 'uts');
    assert.equal(detect.status, name === '/proc not mounted' ? 0 : 1, detect.stderr);
  });

test('The status of detect is that of the types asked: 0 in a child, 1 in none, 3 where that cannot be told.', {
  skip,
}, () => {
  const net = ['unshare', '-n'];
  const cases: readonly (readonly [number, readonly string[], readonly string[]])[] = [
    [0, net, ['--type', 'net']],
    [0, net, ['--type', 'net', '--certain']],
    [0, net, ['--type', 'uts,net']],
    [0, net, []],
    [1, net, ['--type', 'uts']],
    [1, net, ['--type', 'uts,ipc,user', '--certain']],
    // Neither links nor the pidfd: nothing tells.
    [3, [...net, ...denying('EPERM', 'pidfd_open'), ...setting('/proc not mounted')], ['--type', 'time,user']],
    [2, net, ['--type', 'nett']],
    [2, net, ['4194303', '--type', 'net']],
  ];
  for (const [expected, prefix, words] of cases) {
    const { status, stderr } = runIn(prefix, 'detect', ...words);
    assert.equal(status, expected, `${words.join(' ')}: ${stderr}`);
  }
});

test('A process that ends while it is asked about is an answer or not there, and never a fault.', { skip }, () => {
  const seen = new Set<string>();
  for (const words of [['show'], ['compare'], ['detect'], ['caps', 'self'], ['holders'], ['ls'], ['ps'], ['tree']])
    for (const delay of ['0', '0.1', '0.25']) {
      const script = `sleep ${delay} & exec "$@" $!`;
      const { status, stderr } = runIn(['sh', '-c', script, 'sh'], ...words);
      seen.add(`${words[0]} ${status}`);
      // Its parent became nscope, which waits for nobody: it stays as a zombie, without links.
      if (status === 2) assert.match(stderr, /not known|has just ended|not there/, words.join(' '));
    }
  assert.ok(seen.size >= 8, [...seen].join(', '));
});
