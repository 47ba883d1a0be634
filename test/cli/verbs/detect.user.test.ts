// nscope detect as a person or a script runs it, without privilege.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { test } from 'node:test';
import type { Judgement } from '../../../src/analysis/detect/judge.ts';
import { methods } from '../../../src/analysis/detect/methods.ts';
import type { DetectEvidence } from '../../../src/model/evidence/detect-evidence.ts';
import { namespaceTypes } from '../../../src/model/snapshot/namespace-types.ts';
import { isLinuxSince } from '../../kernels/release.ts';
import { missing } from '../../tiers.ts';
import { main, runNscope } from '../run-nscope.ts';

interface Answer {
  readonly verdicts: readonly Judgement[];
  readonly evidence: DetectEvidence;
}

const lacks = missing({ commands: ['unshare', 'mount', 'sh'] });
const allowed = lacks || spawnSync('unshare', ['-Ur', 'true']).status === 0;
const skip = lacks || (!allowed && 'needs user namespaces for ordinary users (unshare -Ur)');

/** Runs nscope detect behind `unshare` with these options. */
function inside(options: string, words: string, environment: Readonly<Record<string, string>> = {}) {
  const command = `${process.execPath} ${main} detect ${words}`;
  const { status, stdout, stderr } = spawnSync('unshare', [...options.split(' '), 'sh', '-c', command], {
    encoding: 'utf8',
    timeout: 120_000,
    env: { ...process.env, ...environment },
  });
  return { status, stdout, stderr, lines: stdout.split('\n').slice(0, -1) };
}

function readVerdicts(stdout: string): Record<string, string> {
  const { verdicts } = JSON.parse(stdout) as Answer;
  return Object.fromEntries(verdicts.map(({ type, verdict }) => [type, verdict]));
}

test('Inside a user namespace with others in it the status is 0, and outside of the type asked 1.', { skip }, () => {
  const types = 'cgroup,ipc,net,pid,user,uts';
  const { status, stdout, stderr } = inside('-UrnpiuCf --mount-proc', `--json --type ${types}`);
  assert.equal(status, 0, stderr);
  assert.deepEqual(Object.keys(readVerdicts(stdout)), types.split(','));
  for (const verdict of Object.values(readVerdicts(stdout))) assert.equal(verdict, 'child');
  assert.equal(inside('-Ur', '--type user --certain').status, 0);
});

test('A script learns of the type that it asks about, whatever the others are.', { skip }, () => {
  const host = readVerdicts(runNscope(['detect', '--json']).stdout);
  const wanted = namespaceTypes.filter((type) => type !== 'user' && host[type] === 'initial');
  for (const type of wanted.slice(0, 2)) assert.equal(inside('-Ur', `--type ${type}`).status, 1, type);
  assert.equal(inside('-Ur', '').status, 0, 'of any type');
});

test('Without the addon the links still tell, and it is said which methods are silent.', { skip }, () => {
  const { status, stderr, stdout } = inside('-Urn', '--type user,net --json', { NSCOPE_ADDON: 'none' });
  assert.equal(status, 0, stderr);
  const { verdicts } = JSON.parse(stdout) as Answer;
  for (const { findings } of verdicts)
    for (const method of ['namespace-id', 'owner'])
      assert.match(findings.find((one) => one.method === method)?.why ?? '', /no addon/);
  assert.match(
    inside('-Ur', '--type user', { NSCOPE_ADDON: 'none' }).stderr,
    /by ioctl are silent: .*NSCOPE_ADDON=none/,
  );
});

test('Where /proc is covered nscope says so, and tells by the pidfd what it can or that it cannot tell.', {
  skip,
}, () => {
  const { status, stderr } = (() => {
    const script = `mount -t tmpfs tmpfs /proc && exec ${process.execPath} ${main} detect --type uts`;
    return spawnSync('unshare', ['-Urmu', 'sh', '-c', script], { encoding: 'utf8' });
  })();
  assert.match(stderr, /\/proc is not mounted here/);
  assert.equal(status, isLinuxSince(6, 11) ? 0 : 3, stderr);
});

test('--explain has a line for each method of the type, the silent ones too.', () => {
  for (const type of namespaceTypes) {
    const { lines, status } = runNscope(['detect', '--explain', '--type', type]);
    assert.ok(status !== 2);
    assert.match(lines[0] ?? '', new RegExp(`^${type}:\\[\\d+\\]: `));
    for (const { name, types } of methods)
      assert.equal(
        lines.filter((line) => line.startsWith(`  ${name} `)).length,
        types.includes(type) ? 1 : 0,
        `${type} ${name}`,
      );
  }
});

test('The listing has a row for each type, in the order of their names.', () => {
  const { lines } = runNscope(['detect']);
  assert.match(lines[0] ?? '', /^TYPE +INODE +VERDICT +CERTAINTY +BY$/);
  assert.deepEqual(
    lines.slice(1).map((line) => line.split(' ')[0]),
    namespaceTypes,
  );
  assert.equal(runNscope(['detect', '--no-header']).lines.length, namespaceTypes.length);
});

test('A process is found by its PID, and a namespace by its inode number.', async () => {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  await once(child, 'spawn');
  try {
    const { stdout } = runNscope(['detect', String(child.pid), '--json']);
    const { evidence } = JSON.parse(stdout) as Answer;
    assert.deepEqual(evidence.subject, { self: false, pid: child.pid });
    const inode = statSync(`/proc/${child.pid}/ns/uts`).ino;
    const namespace = JSON.parse(runNscope(['detect', `uts:[${inode}]`, '--json']).stdout) as Answer;
    assert.deepEqual(
      namespace.verdicts.map((one) => [one.type, one.inode, one.verdict]),
      [['uts', inode, readVerdicts(stdout)['uts']]],
    );
  } finally {
    child.kill('SIGKILL');
    await once(child, 'close');
  }
});

test('What is not there and what makes no sense is a failure, which no script takes for an answer.', () => {
  for (const [words, sentence] of [
    [['4194303'], /there is no process 4194303 here/],
    [['net:[4026539999]'], /no such namespace/],
    [['no such name'], /nothing is called "no such name" here/],
    [['--type', 'nett'], /did you mean net\?/],
    [[`uts:[${statSync('/proc/self/ns/uts').ino}]`, '--type', 'net'], /is of none of the types net/],
    [['/etc/passwd'], /does not lead to a namespace/],
  ] as const) {
    const { status, stdout, stderr } = runNscope(['detect', ...words]);
    assert.equal(status, 2, stderr);
    assert.match(stderr, sentence);
    assert.doesNotMatch(stderr, /this is a bug/);
    assert.equal(stdout, '');
  }
});
