// nscope ci without privilege: what is left in user namespaces, reports that other programs read, and the status of the
// command.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { missing } from '../../tiers.ts';
import { runInTurn, runNscope } from '../run-nscope.ts';
import { endAll, findOnly, leave, runCi } from './ci-runs.ts';

const skip = missing({ commands: ['unshare', 'setsid', 'python3'] });
let directory = '';
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'nscope-ci-'));
});
after(() => rmSync(directory, { recursive: true }));

test('The status of the command is kept, and its standard output is its own.', () => {
  for (const [script, status] of [
    ['echo told; true', 0],
    ['echo told; exit 7', 7],
    ['echo told; kill -TERM $$', 143],
  ] as const) {
    const outcome = runNscope(['ci', '--quiet', '--settle', '0', '--', 'sh', '-c', script]);
    assert.deepEqual([outcome.status, outcome.stdout], [status, 'told\n'], outcome.stderr);
  }
  assert.equal(runNscope(['ci', '/no/such/command']).status, 127);
  assert.equal(runNscope(['ci', '--', directory]).status, 126);
});

test('A status of the command’s own is kept although something is left; where it succeeded, the leak is status 1.', {
  skip,
}, () => {
  for (const [end, status] of [
    ['exit 5', 5],
    ['true', 1],
  ] as const) {
    const file = join(directory, `status-${status}`);
    const run = runCi(['--settle', '0'], `${leave(file, '')}; ${end}`);
    const pid = Number(readFileSync(file, 'utf8'));
    try {
      assert.deepEqual([run.status, findOnly(run.answer.leaks, 'process').pid], [status, pid]);
    } finally {
      endAll([pid]);
    }
  }
});

test('An ordinary user is told of the user namespace, and of the others, that a daemon keeps; without BPF as well.', {
  skip,
}, () => {
  for (const [i, options] of [[], ['--no-bpf', '--source', 'comparison']].entries()) {
    const file = join(directory, `daemon-${i}`);
    const run = runCi(['--settle', '0.2', ...options], leave(file, 'unshare --user --map-root-user --uts --net'));
    const pid = Number(readFileSync(file, 'utf8'));
    try {
      assert.equal(run.status, 1);
      assert.equal(findOnly(run.answer.leaks, 'process').pid, pid);
      const types = run.answer.leaks.flatMap((left) => (left.kind === 'namespace' ? [left.type] : []));
      assert.deepEqual(types.sort(), ['net', 'user', 'uts']);
    } finally {
      endAll([pid]);
    }
  }
});

test('An outer user namespace without a process is the command’s, by what is below it.', { skip }, () => {
  const file = join(directory, 'nested');
  const run = runCi(['--settle', '0.2', '--source', 'comparison'], leave(file, 'unshare -Ur unshare -Ur unshare -u'));
  const pid = Number(readFileSync(file, 'utf8'));
  try {
    const users = run.answer.leaks.filter((left) => left.kind === 'namespace' && left.type === 'user');
    assert.equal(users.length, 2, JSON.stringify(run.answer.leaks));
    assert.ok(users.some(({ sign }) => sign === 'relative'));
  } finally {
    endAll([pid]);
  }
});

test('--ignore leaves a process out with the namespaces that it alone keeps, and says which pattern matched nothing.', {
  skip,
}, () => {
  const file = join(directory, 'ignored');
  const options = ['--settle', '0', '--ignore', 'sleep 6?', '--ignore', 'ccache*'];
  const run = runCi(options, leave(file, 'unshare -Urn'));
  endAll([Number(readFileSync(file, 'utf8'))]);
  assert.deepEqual([run.status, run.answer.leaks], [0, []]);
  assert.ok(run.answer.ignored.length >= 3);
  assert.ok(run.answer.remarks.includes("--ignore 'ccache*' matched nothing"), run.answer.remarks.join());
  assert.ok(!run.answer.remarks.some((remark) => remark.includes('sleep')));
});

test('The JUnit report is XML to a parser, whatever the processes are called, and has the leaks as failures.', {
  skip,
}, () => {
  const [file, xml, script] = [
    join(directory, 'pid'),
    join(directory, 'leaks.xml'),
    join(directory, 'a<&"\']]>\n\x01%0A,:'),
  ];
  writeFileSync(script, `echo $$ >${file}; exec >/dev/null 2>&1; while :; do sleep 1; done\n`);
  const { status, stderr } = runNscope(
    [
      'ci',
      '--settle',
      '0',
      '--junit',
      xml,
      '--github',
      '--',
      'sh',
      '-c',
      `sh "$0" & while [ ! -s ${file} ]; do sleep 0.05; done`,
      script,
    ],
    '',
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const pid = Number(readFileSync(file, 'utf8'));
  endAll([pid]);
  assert.equal(status, 1);
  const parse = [
    'import sys, xml.etree.ElementTree as tree',
    'root = tree.parse(sys.argv[1]).getroot()',
    'print(root.tag, root.get("failures"), [c.get("classname") for c in root.iter("testcase") if c.find("failure") is not None])',
    'print([f.get("message") for f in root.iter("failure")][0])',
  ].join('\n');
  const read = spawnSync('python3', ['-c', parse, xml], {
    encoding: 'utf8',
    env: { ...process.env, PYTHONIOENCODING: 'utf8' },
  });
  assert.equal(read.status, 0, read.stderr);
  const [summary = '', message = ''] = read.stdout.split('\n');
  assert.match(summary, /^testsuites [12] \['nscope.ci.process'/);
  assert.ok(message.endsWith(`a<&"']]>\\n\\x01%0A,:`), message);
  const annotation = stderr
    .split('\n')
    .find((line) => line.startsWith(`::error title=process ${pid} is left behind::`));
  assert.ok(annotation?.includes(`]]>\\n\\x01%250A,:%0Auser: `), stderr);
});

test('Wrong words are answered by one sentence and status 2, and no command is run.', () => {
  const never = ['sh', '-c', `touch ${join(directory, 'ran')}`];
  const cases: readonly (readonly [RegExp, ...string[]])[] = [
    [/the command is missing, as in: nscope ci -- make test/],
    [/the command is missing/, '--', ''],
    [/--settle takes seconds from 0 to 3600, not "soon"/, '--settle', 'soon', ...never],
    [/--settle takes seconds from 0 to 3600, not "-1"/, '--settle=-1', ...never],
    [/--begin and --end exclude each other/, '--begin', 'a', '--end', 'b'],
    [/ci --begin runs no command: "sh" is one word too many/, '--begin', join(directory, 'x'), ...never],
    [/ci --end follows no events: leave out --source/, '--end', 'a', '--source', 'bpf'],
    [/there is no source of events "ebpf"/, '--source', 'ebpf', ...never],
    [/cannot read .*ENOENT/, '--end', join(directory, 'none')],
    [/unknown option '--junt'; did you mean --junit\?/, '--junt', 'x', ...never],
  ];
  const outcomes = runInTurn(cases.map(([, ...words]) => ['ci', ...words]));
  for (const [i, { words, status, stdout, stderr }] of outcomes.entries()) {
    assert.match(stderr, cases[i]?.[0] ?? /^$/);
    assert.deepEqual([status, stdout], [2, ''], words.join(' '));
  }
  assert.throws(() => statSync(join(directory, 'ran')));
  const { status, stderr } = runNscope(['ci', 'begin', 'file'], '', { env: { ...process.env, PATH: directory } });
  assert.deepEqual([status, stderr], [127, 'nscope: begin: no such command; did you mean nscope ci --begin FILE?\n']);
});

test('A report that cannot be written is said in a sentence with its path, and with status 2.', { skip }, () => {
  const path = join(directory, 'missing', 'report.xml');
  for (const [option, file] of [
    ['--junit', path],
    ['--report', '/dev/full'],
  ] as const) {
    const { status, stderr } = runNscope(['ci', '--no-bpf', '--settle', '0', option, file, '--', 'true']);
    assert.equal(status, 2, stderr);
    assert.match(stderr, new RegExp(`^nscope: .*${file}.*(?:ENOENT|ENOSPC)`, 'm'));
    assert.doesNotMatch(stderr, /this is a bug|^\s+at /m);
  }
});
