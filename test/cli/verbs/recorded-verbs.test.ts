// The reading verbs on a recorded host: what they print, and what they say to wrong words.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { container, snapshotOf } from '../../container-host.ts';
import { netnsName, processFact } from '../../recorded-facts.ts';
import { type Outcome, runInTurn } from '../run-nscope.ts';

let directory = '';
let file = '';
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'nscope-verbs-'));
  file = join(directory, 'host.json');
  const evil = processFact(950, ['\x1b]0;x\x07', '\udcff'], { comm: '\x1b]0;x\x07' });
  writeFileSync(file, JSON.stringify(snapshotOf([evil, netnsName('web', container.net)])));
});
after(() => rmSync(directory, { recursive: true, force: true }));

function run(...runs: (readonly string[])[]): Outcome[] {
  return runInTurn(runs.map((words) => [...words, '--from', file]));
}

/** The lines that each command line prints; all of them must end with status 0. */
function print(...runs: (readonly string[])[]): (readonly string[])[] {
  return run(...runs).map(({ words, status, stderr, lines }) => {
    assert.equal(status, 0, `${words.join(' ')}: ${stderr}`);
    return lines;
  });
}

type Json = Record<string, Record<string, unknown>[]>;

function json(...runs: (readonly string[])[]): Json[] {
  return print(...runs.map((words) => [...words, '--json'])).map((lines) => JSON.parse(lines.join('\n')) as Json);
}

/** Each command line must end with the status, print nothing, and say a sentence that matches. */
function refuse(cases: readonly (readonly [number, RegExp, ...string[]])[]): void {
  const outcomes = run(...cases.map(([, , ...words]) => words));
  cases.forEach(([status, message], i) => {
    const outcome = outcomes[i] ?? assert.fail();
    assert.match(outcome.stderr, message);
    assert.equal(outcome.status, status, outcome.stderr);
    assert.equal(outcome.stdout, '');
    assert.doesNotMatch(outcome.stderr, /\bat .*\.js:\d/, 'a stack is for bugs');
  });
}

test('ls lists every namespace, and types, filters and orders choose among them.', () => {
  const [all, chosen] = json(['ls'], ['ls', '--type', 'net,uts', '--filter', 'processes > 0 && !initial']);
  assert.equal(all?.['namespaces']?.length, snapshotOf().namespaces.length);
  assert.ok((all?.['namespaces']?.length ?? 0) >= 14);
  assert.deepEqual(
    chosen?.['namespaces']?.map(({ inode }) => inode),
    [container.net, container.uts],
  );
  const [lines] = print(['ls', '-t', 'pid', '-o', 'inode,level', '--sort', '-level', '-n']);
  assert.deepEqual(lines, [`${container.nestedPid}  2`, `${container.pid}  1`, '4026531836  0']);
});

test('A column is added with a plus, and --json gives the columns that were named.', () => {
  const [lines] = print(['ls', '-o', '+id']);
  assert.match(lines?.[0] ?? '', /^TYPE .* COMMAND +ID$/);
  const [rows] = json(['ls', '-t', 'net', '-o', 'inode,name', '--filter', 'size(name) > 1']);
  assert.deepEqual(rows?.['namespaces'], [{ inode: container.net, name: ['blue', 'web'] }]);
});

test('A column is named by its name or its header, in upper or lower case, also in filters and orders.', () => {
  const [named, ...others] = print(
    ['ls', '-o', 'processes,inode', '--sort', '-processes', '--filter', 'processes > 1'],
    ['ls', '-o', 'PROCS,INODE', '--sort', '-PROCS', '--filter', 'PROCS > 1'],
    ['ls', '-o', 'procs,Inode', '--sort', '-Processes', '--filter', 'Procs > 1'],
  );
  assert.ok((named?.length ?? 0) > 3);
  for (const lines of others) assert.deepEqual(lines, named);
  const [users, pids] = print(['ps', '-o', 'USER,NET', '-n'], ['ps', '-o', 'user,netns', '-n']);
  assert.deepEqual(users, pids);
});

test('A column is left out with a minus, and names with and without a sign do not mix.', () => {
  const [left, both] = print(['ls', '-o', '-command,-owner'], ['ls', '-o', '+id,-command']);
  assert.match(left?.[0] ?? '', /^TYPE +INODE +PROCS +PID +USER +NAME$/);
  assert.match(both?.[0] ?? '', /^TYPE .* NAME +ID$/);
  refuse([
    [2, /--columns type,\+id: either all names have \+ or - in front/, 'ls', '-o', 'type,+id'],
    [2, /leaves no column/, 'ls', '-o', '-type,-inode,-processes,-pid,-user,-owner,-name,-command'],
    [2, /there is no column "colour"; there are: type, inode/, 'ls', '-o', '-colour'],
  ]);
});

test('--type means the same for each verb, with commas or written several times.', () => {
  const types = ['-t', 'net,uts'];
  const twice = ['-t', 'net', '--type=uts'];
  const of = (rows: Json[string] | undefined) => [...new Set(rows?.map(({ type }) => type))].sort();
  for (const [words, key] of [
    [['ls'], 'namespaces'],
    [['compare', '201'], 'namespaces'],
    [['diff', '1', '201'], 'namespaces'],
    [['listns'], 'rows'],
  ] as const) {
    const outcomes = run([...words, ...types, '--json'], [...words, ...twice, '--json']);
    const [one, two] = outcomes.map(({ stdout }) => (JSON.parse(stdout) as Json)[key]);
    assert.deepEqual(one, two, words.join(' '));
    assert.deepEqual(of(one), ['net', 'uts'], words.join(' '));
  }
  const [held] = json(['holders', '201', ...types]);
  assert.deepEqual(
    [...new Set(held?.['holders']?.map(({ holds }) => (holds as { type: string }).type))],
    ['net', 'uts'],
  );
  const [tree] = json(['tree', ...types]);
  const crossed = tree?.['processes']?.flatMap(({ border }) => border as { type: string }[]) ?? [];
  assert.deepEqual([...new Set(crossed.map(({ type }) => type))].sort(), ['net', 'uts']);
  refuse([[2, /net:blue is of none of the types mnt/, 'holders', 'net:blue', '-t', 'mnt']]);
});

test('Headers are left out with -n by each verb that prints one.', () => {
  for (const words of [['compare', '201'], ['diff', '1', '201'], ['listns'], ['pid', '201'], ['ps'], ['tree']]) {
    const [whole, bare] = run(words, [...words, '-n']);
    assert.match(whole?.lines[0] ?? '', /^ *(?:TYPE|PID)/, words.join(' '));
    // Columns are as wide as what stands in them.
    const [left, right] = [bare?.lines, whole?.lines.slice(1)].map((lines) =>
      lines?.map((line) => line.trim().split(/ +/)),
    );
    assert.deepEqual(left, right, words.join(' '));
  }
});

test('What is not known or none comes last in either order.', () => {
  const orders = print(...['level', '-level'].map((key) => ['ls', '-o', 'type,level', '-n', '--sort', key]));
  for (const lines of orders) {
    const [known, none] = [
      lines.findLastIndex((line) => / \d+$/.test(line)),
      lines.findIndex((line) => / -$/.test(line)),
    ];
    assert.ok(known >= 0 && none > known, lines.join('\n'));
  }
  assert.notDeepEqual(orders[0], orders[1]);
});

test('The trees of ls put namespaces below their owner, their parent or that of an ancestor.', () => {
  const shown = ['-t', 'pid,user', '-o', 'type,inode', '-n'];
  const [parent, owner] = print(['ls', '--tree=parent', ...shown], ['ls', '--tree', ...shown]);
  assert.deepEqual(parent, [
    'pid      4026531836',
    '└─pid    4026532304',
    '  └─pid  4026532400',
    'user     4026531837',
    '└─user   4026532301',
  ]);
  assert.deepEqual(owner?.slice(-4), [
    'user     4026531837',
    '└─user   4026532301',
    '  ├─pid  4026532304',
    '  └─pid  4026532400',
  ]);
});

test('Wrong words of ls are told with what was meant.', () => {
  refuse([
    [2, /there is no namespace type "nett"; did you mean net\?/, 'ls', '--type', 'nett'],
    [2, /there is no column "inod"; did you mean inode\?/, 'ls', '-o', 'inod'],
    [2, /--columns \+: \+ wants the name of a column after it/, 'ls', '-o', '+'],
    [2, /there is no column "colour"; there are: type, inode/, 'ls', '--sort', 'colour'],
    [2, /there is no column "procz"; did you mean processes\?/, 'ls', '--sort', 'procz'],
    [2, /there is no column "x"; there are: type, inode/, 'ls', '-o', 'x'],
    [2, /--type names nothing: ""/, 'ls', '--type', ''],
    [2, /--columns names nothing: ","/, 'ls', '-o', ','],
    [2, /--sort names nothing: ""/, 'ls', '--sort', ''],
    [2, /"foo" is neither a verb nor the name of anything here; nscope help lists the verbs/, 'foo'],
    [2, /"snap" is neither .*; did you mean the verb snapshot/, 'snap'],
    [2, /"shwo" is neither .*; did you mean the verb show/, 'shwo'],
    [2, /--type "net,,mnt": a word is missing between commas; did you mean net,mnt\?/, 'ls', '-t', 'net,,mnt'],
    [2, /--type "net,": a word is missing/, 'ls', '-t', 'net,'],
    [2, /--columns "pid,,user": a word is missing/, 'ps', '-o', 'pid,,user'],
    [2, /--sort ",pid": a word is missing/, 'ps', '--sort', ',pid'],
    [
      2,
      /there is no column typ; did you mean type\?.*\n {2}typ == "net"\n {2}\^\^\^\n/,
      'ls',
      '--filter',
      'typ == "net"',
    ],
    [2, /a condition is wanted/, 'ls', '--filter', 'processes'],
    [2, /--tree cannot be "owners"; did you mean owner\?/, 'ls', '--tree=owners'],
    [2, /"lss" is neither .*; did you mean the verb ls/, 'lss'],
    [2, /unknown option '--colour'/, 'ls', '--colour'],
    [2, /"net" is a type: nscope ls --type net/, 'ls', 'net'],
    [2, /too many arguments/, 'ls', '1', '2'],
  ]);
});

test('No word of the command line begins a line of its own in what is said of it.', () => {
  const forged = 'x\nnscope: done';
  const outcomes = run(
    ['show', forged],
    ['ls', '--type', forged],
    ['ls', `--sort=${forged}`],
    ['pid', forged],
    [forged],
  );
  for (const { words, status, stderr } of outcomes) {
    assert.notEqual(status, 0, words.join(' '));
    assert.match(stderr, /x\\nnscope: done/);
    assert.doesNotMatch(stderr, /^nscope: done/m, words.join(' '));
  }
});

test('Rows of which none is chosen are exit status 1.', () => {
  const outcomes = run(['ls', '--filter', 'processes > 1000'], ['ps', '--filter', 'pid > 1000']);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    [1, 1],
  );
});

test('show prints a page for each target, and JSON by plural nouns.', () => {
  const [lines] = print(['show', 'net:blue', '203']);
  assert.equal(lines?.[0], `net:[${container.net}]`);
  assert.ok(lines?.includes('process 203  worker'));
  const [both, process] = json(['show', 'net:blue', '203'], ['show', '203']);
  assert.deepEqual(Object.keys(both ?? {}), ['namespaces', 'processes', 'coverage']);
  assert.deepEqual(both?.['namespaces']?.[0]?.['members'], {
    processes: [201, 202, 203],
    threads: [105],
    forChildren: [],
  });
  assert.deepEqual(both?.['processes']?.[0]?.['ancestors'], [202, 201, 100, 1]);
  assert.deepEqual(Object.keys(process ?? {}), ['processes', 'coverage']);
});

test('ps lists processes with what is not initial, and a target chooses among them.', () => {
  const [members, filtered, whole] = print(
    ['ps', 'net:blue'],
    ['ps', '-o', 'pid,new', '--filter', 'size(new) > 2', '-n'],
    ['ps', '-o', 'netns', '--filter', 'pid == 1'],
  );
  assert.deepEqual(members, [
    'PID  NSPID  PPID  USER  S         mnt         net         pid        user         uts  COMMAND',
    '201      1   100  ada   S  4026532302  4026532305  4026532304  4026532301  4026532303  /usr/sbin/web --listen 80',
    '202      7   201  ada   S  4026532302  4026532305  4026532304  4026532301  4026532303  worker',
    '203      1   202  ada   S  4026532302  4026532305  4026532400  4026532301  4026532303  worker --sandboxed',
    '105      -   100  ada   S           -  4026532305           -           -           -  -bash',
  ]);
  assert.deepEqual(filtered, ['201  mnt net pid user uts']);
  assert.deepEqual(whole, ['       net', '4026531833']);
  const [companions] = json(['ps', '201']);
  assert.deepEqual(
    companions?.['processes']?.map(({ pid }) => pid),
    [201, 202],
  );
});

test('tree draws all, a subtree, or the members of a namespace.', () => {
  const [all, unfolded, subtree] = print(['tree'], ['tree', '--all'], ['tree', '202', '-n']);
  assert.ok(all?.includes(' 25         root  └─[kdevtmpfs]'));
  assert.equal(unfolded?.filter((line) => line.includes('[kworker')).length, 2);
  assert.deepEqual(subtree, [
    '202  7  ada  worker',
    '             ╪═ pid:[4026532400]',
    '203  1  ada  └─worker --sandboxed',
  ]);
  const [members] = json(['tree', 'net:blue']);
  const rows = members?.['processes'] ?? [];
  assert.deepEqual(
    rows.map(({ tid, depth }) => [tid, depth]),
    [
      [201, 0],
      [202, 1],
      [203, 2],
      [105, 0],
    ],
  );
  assert.deepEqual(rows[2]?.['border'], [{ type: 'pid', inode: container.nestedPid, certain: true }]);
});

test('pid translates both ways.', () => {
  const targets = ['201', 'pid:201', `pid:[${container.pid}]`, String(container.pid)];
  const [table, ...found] = print(['pid', '203'], ...targets.map((target) => ['pid', '8', '--in', target]));
  assert.deepEqual(table, [
    'PID  NAMESPACE         LEVEL  INIT',
    '203  pid:[4026531836]      0     1',
    '  8  pid:[4026532304]      1   201',
    '  1  pid:[4026532400]      2   203',
  ]);
  assert.deepEqual(found, [['203'], ['203'], ['203'], ['203']]);
  const [pids] = json(['pid', '1', '--in', '203']);
  assert.deepEqual(
    pids?.['pids']?.map(({ pid }) => pid),
    [203, 8, 1],
  );
});

test('pid says when there is no such process, and when a target leads to several pid namespaces.', () => {
  refuse([
    [1, /no process has PID 99 in pid:\[4026532304\]/, 'pid', '99', '--in', '201'],
    [1, /there is no process 77777 here/, 'pid', '77777'],
    [2, /"web" is not a PID/, 'pid', 'web'],
    [2, /is not a PID/, 'pid', '4026532304'],
    [2, /"net:blue" is ambiguous: its processes are in several pid namespaces/, 'pid', '1', '--in', 'net:blue'],
    [2, /self is a process here/, 'pid', 'self', '--in', '201'],
  ]);
});

test('Targets that lead nowhere: exit status 1 for what is not there, 2 for what is malformed or ambiguous.', () => {
  refuse(
    ['show', 'ps', 'tree'].flatMap((verb) => [
      [1, /net:\[4026539999\]: no such namespace/, verb, 'net:[4026539999]'] as const,
      [1, /the snapshot does not say which workloads/, verb, 'docker:web'] as const,
      [2, /there is no namespace type or engine "nett"; did you mean net\?/, verb, 'nett:blue'] as const,
      [
        2,
        /"worker" is ambiguous: 2 have this name; write one of these:\n {2}202 {2}worker\n {2}203 {2}worker\n/,
        verb,
        'worker',
      ] as const,
    ]),
  );
  refuse([
    [2, /show: missing argument TARGET/, 'show'],
    [2, /too many arguments/, 'ps', '1', '2'],
  ]);
});

test('Nothing that a process chose acts on the terminal, and JSON has it as it is.', () => {
  const outcomes = run(['ls'], ['ls', '-o', 'command'], ['show', '950'], ['ps'], ['tree'], ['tree', '950']);
  for (const { words, status, stdout, stderr } of outcomes) {
    assert.equal(status, 0, stderr);
    assert.doesNotMatch(stdout + stderr, /[^\P{Cc}\n]|\p{Cs}/u, words.join(' '));
  }
  assert.match(outcomes[3]?.stdout ?? '', /\\e\]0;x\\x07 \\xff/);
  const [rows] = json(['ps', '--filter', 'pid == 950']);
  assert.equal(rows?.['processes']?.[0]?.['comm'], '\x1b]0;x\x07');
});

test('Where status 1 is an answer, what is not there is a failure.', () => {
  refuse([
    [2, /there is no process 4000000 here/, 'diff', '201', '4000000'],
    [2, /now is a snapshot, and there is no file before\.json/, 'diff', 'before.json', 'now'],
    [1, /there is no process 4000000 here/, 'show', '4000000'],
  ]);
});
