// The pages of show, line by line.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SnapshotIndex } from '../../src/analysis/graph/snapshot-index.ts';
import type { Fact } from '../../src/model/facts/facts.ts';
import type { NamespaceType } from '../../src/model/snapshot/namespace-types.ts';
import { describeNamespacePage } from '../../src/render/pages/show-namespace.ts';
import { formatPage, type Page } from '../../src/render/pages/show-page.ts';
import { describeProcessPage } from '../../src/render/pages/show-process.ts';
import { makePalette } from '../../src/render/words/colours.ts';
import { formatDuration, formatStart } from '../../src/render/words/start-time.ts';
import { measureWidth } from '../../src/render/words/text-width.ts';
import { wrapText } from '../../src/render/words/wrap-text.ts';
import { container, indexOf } from '../container-host.ts';
import { denied, deniedLinks, hostInodes, processFact } from '../recorded-facts.ts';

function print(page: Page, width: number | undefined = 80): string[] {
  return [...formatPage(page, { width, palette: makePalette() })];
}

function namespacePage(type: NamespaceType, inode: number, index: SnapshotIndex = indexOf()): string[] {
  return print(describeNamespacePage(index.namespace(type, inode) ?? assert.fail(), index));
}

function processPage(tid: number, others: readonly Fact[] = [], width?: number): string[] {
  const index = indexOf(others);
  return print(describeProcessPage(index.process(tid) ?? assert.fail(), index), width);
}

test('A network namespace: its ids, its owner up to the initial one, its name, and who is in it.', () => {
  assert.deepEqual(namespacePage('net', container.net), [
    'net:[4026532305]',
    '',
    '  isolates       network devices, stacks, ports',
    '  id             5005',
    '  initial        no',
    '  host           no',
    '',
    `  owner          user:[4026532301] in user:[${hostInodes.user}] (initial)`,
    "  owner's user   ada (uid 1000)",
    '  names          blue, of ip netns: /run/netns/blue',
    '',
    '  processes      201  ada  /usr/sbin/web --listen 80',
    '                 202  ada  worker',
    '                 203  ada  worker --sandboxed',
    '  threads alone  105  ada  prober, a thread of 100',
  ]);
});

test('A user namespace: its maps, what it owns, and that its owner is its parent.', () => {
  const lines = namespacePage('user', container.user);
  assert.ok(lines.includes(`  parents    user:[${hostInodes.user}] (initial)`), lines.join('\n'));
  assert.ok(lines.includes('  uid map    0 inside is 1000 outside'));
  assert.ok(lines.includes('  gid map    0 to 65535 inside are 100000 to 165535 outside'));
  assert.ok(lines.includes('  setgroups  deny'));
  assert.ok(lines.some((line) => /owns +mnt:\[4026532302\] {2}3 processes {2}201 {2}\/usr\/sbin\/web/.test(line)));
  assert.ok(!lines.some((line) => line.includes('owner ')));
});

test('A pid namespace: level, init, parents and children.', () => {
  const lines = namespacePage('pid', container.pid);
  assert.ok(lines.includes('  level         1'), lines.join('\n'));
  assert.ok(lines.includes('  init          201  /usr/sbin/web --listen 80'));
  assert.ok(lines.some((line) => /children +pid:\[4026532400\] {2}1 process +203 {2}worker --sandboxed/.test(line)));
});

test('What is not known has its reason.', () => {
  const index = indexOf([
    {
      fact: 'namespace',
      type: 'net',
      inode: 4026532900,
      owner: { unknown: 'denied', errno: 'EPERM' },
      id: { unknown: 'unsupported', errno: 'ENOTTY' },
    },
  ]);
  const lines = namespacePage('net', 4026532900, index);
  assert.ok(lines.includes('  id            not told by this kernel (ENOTTY)'), lines.join('\n'));
  assert.ok(lines.includes('  owner         denied (EPERM)'));
  assert.ok(lines.includes('  processes     none'));
});

test('A process: who, since when, from where, its PIDs, and its ten namespaces.', () => {
  assert.deepEqual(processPage(203), [
    'process 203  worker',
    '',
    '  command       worker --sandboxed',
    '  user          ada (uid 1000)',
    '  state         S, sleeping',
    '  started       2026-01-02 03:00:02 UTC, 4 min 2 s before this was read',
    '  threads       1',
    '  cgroup        /',
    '  parents       202 worker < 201 web < 100 -bash < 1 init',
    '',
    '  pid           203  in pid:[4026531836]',
    '                  8  in pid:[4026532304]',
    '                  1  in pid:[4026532400]',
    '',
    "  namespaces    cgroup:[4026531835]  initial  its parent's      9 others",
    "                ipc:[4026531839]     initial  its parent's      9 others",
    "                mnt:[4026532302]              its parent's      2 others",
    "                net:[4026532305]              its parent's      2 others",
    "                pid:[4026532400]              not its parent's  nobody else",
    "                time:[4026531834]    initial  its parent's      9 others",
    "                user:[4026532301]             its parent's      2 others",
    "                uts:[4026532303]              its parent's      2 others",
    '  for children  pid:[4026532400]              its own           nobody else',
    '                time:[4026531834]    initial  its own           9 others',
  ]);
});

test('A thread is compared with its process.', () => {
  const lines = processPage(105);
  assert.equal(lines[0], 'thread 105 of process 100  prober');
  assert.ok(
    lines.some((line) => /net:\[4026532305\] +not its process's +3 others/.test(line)),
    lines.join('\n'),
  );
});

test('A process whose links are refused still has a page that says so.', () => {
  const lines = processPage(300, [processFact(300, ['x'], { namespaces: deniedLinks, cgroup: denied })]);
  assert.equal(lines.filter((line) => line.endsWith('denied (EACCES)')).length, 11, lines.join('\n'));
});

test('Nothing that a process or a host chose acts on the terminal.', () => {
  const index = indexOf([
    processFact(300, ['\x1b]0;x\x07', '\u202e'], { comm: '\x1b[2J', cgroup: '/\x1b[2J', state: '\x07' }),
    { fact: 'user-name', uid: 0, name: '\x1b[5m' },
    {
      fact: 'name',
      type: 'net',
      inode: container.net,
      name: { kind: 'bind-mount', name: '\n', path: '/\x1bc\n' },
    },
    {
      fact: 'namespace',
      type: 'uts',
      inode: 4026532950,
      uts: {
        sysname: 'Linux',
        nodename: '\x1b[2J',
        release: '',
        version: '',
        machine: '',
        domainname: '\x9b2J',
      },
    },
  ]);
  const pages = [
    describeProcessPage(index.process(300) ?? assert.fail(), index),
    ...index.snapshot.namespaces.map((namespace) => describeNamespacePage(namespace, index)),
  ];
  const text = pages.flatMap((page) => print(page)).join('');
  assert.match(text, /\\e\]0;x\\x07/);
  assert.match(text, /\\e\[2J/);
  assert.doesNotMatch(text, /[\p{Cc}\u202e]/u);
});

test('No line is wider than the terminal, and a long command line is cut after a few lines.', () => {
  const others = [processFact(300, ['y'.repeat(30_000), '日本'.repeat(300)])];
  for (const width of [40, 80, 200]) {
    const lines = processPage(300, others, width);
    for (const line of lines) assert.ok(measureWidth(line) <= width, `${width}: ${line}`);
    assert.ok(lines.length < 50);
    assert.ok(lines.some((line) => /… \d+ more lines: --j/.test(line)));
  }
});

test('Text is broken at blanks, and inside a word only where it is longer than a line.', () => {
  assert.deepEqual(wrapText('one two three', 8), ['one two', 'three']);
  assert.deepEqual(wrapText('abcdefghij kl', 4), ['abcd', 'efgh', 'ij', 'kl']);
  assert.deepEqual(wrapText('日本語', 4), ['日本', '語']);
  assert.deepEqual(wrapText('one two', undefined), ['one two']);
  assert.deepEqual(wrapText('', 4), ['']);
});

test('Without the moment of the boot a start is told in seconds after it.', () => {
  const { host } = indexOf().snapshot;
  const { bootedAt: _, ...older } = host;
  assert.equal(formatStart(12_345, older), '123.45 s after boot');
  assert.equal(formatStart(12_345, { ...host, bootedAt: { unknown: 'denied' } }), '123.45 s after boot');
  assert.match(formatStart(1e300, host), / s after boot$/);
});

test('Durations are told in their two largest units.', () => {
  const cases: [number, string][] = [
    [0.44, '0.4 s'],
    [59.9, '59 s'],
    [60, '1 min'],
    [3605, '1 h'],
    [3660, '1 h 1 min'],
    [90_000, '1 d 1 h'],
  ];
  for (const [seconds, text] of cases) assert.equal(formatDuration(seconds), text);
});
