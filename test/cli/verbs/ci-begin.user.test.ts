// nscope ci --begin and --end, which are two processes.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { missing } from '../../tiers.ts';
import { main, runInTurn, runNscope } from '../run-nscope.ts';
import { endAll, endCi, findOnly, leave } from './ci-runs.ts';

const skip = missing({ commands: ['unshare', 'setsid'] });
let directory = '';
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'nscope-ci-'));
});
after(() => rmSync(directory, { recursive: true }));

test('Between begin and end in two processes, a daemon of the suite is found, and the pipeline of nscope is not.', {
  skip,
}, () => {
  const [state, file, report] = [join(directory, 'state.json'), join(directory, 'suite'), join(directory, 'end.json')];
  const own = `'${process.execPath}' '${main}'`;
  const script = [
    `${own} ci --begin ${state}`,
    leave(file, 'unshare -Ur'),
    `${own} ci --end ${state} --settle 0 --quiet --report ${report} 2>&1 | cat >/dev/null`,
  ].join('\n');
  assert.equal(spawnSync('sh', ['-c', script]).status, 0);
  const pid = Number(readFileSync(file, 'utf8'));
  try {
    assert.equal(statSync(state).mode & 0o777, 0o600);
    const { leaks, coverage } = JSON.parse(readFileSync(report, 'utf8'));
    assert.equal(findOnly(leaks, 'process').pid, pid);
    assert.equal(findOnly(leaks, 'namespace').type, 'user');
    assert.equal(coverage.events.source, 'none');
    assert.equal(endCi(state, ['--settle', '0']).status, 1);
    assert.equal(endCi(state, ['--settle', '0', '--ignore', `process ${pid}`]).status, 0);
  } finally {
    endAll([pid]);
  }
  assert.deepEqual(endCi(state, ['--settle', '5']).answer.leaks, []);
});

test('What --end is given is checked: another boot, another file, a cut one.', () => {
  const file = join(directory, 'other.json');
  assert.equal(runNscope(['ci', '--begin', file]).status, 0);
  const text = readFileSync(file, 'utf8');
  const cases: readonly (readonly [string, RegExp])[] = [
    [text.replace(/"bootId":"[^"]*"/, '"bootId":"another"'), /of another boot or another host/],
    [text.replace('nscope.ci/1', 'nscope.ci/9'), /its schema is not "nscope.ci\/1"/],
    [text.slice(0, -100), /is not JSON|ends too early/],
    ['{}', /is not of nscope ci --begin/],
    ['', /is empty; what nscope ci --begin wrote was expected/],
    [text.replace(/"mounts": \[/, '"mounts": [ 7,'), /mounts, staleNames or caller/],
  ];
  for (const [i, [content]] of cases.entries()) writeFileSync(`${file}.${i}`, content);
  const outcomes = runInTurn(cases.map((_, i) => ['ci', '--end', `${file}.${i}`]));
  for (const [i, { status, stderr, stdout }] of outcomes.entries()) {
    assert.match(stderr, cases[i]?.[1] ?? /^$/);
    assert.deepEqual([status, stdout], [2, '']);
  }
  const refused = runNscope(['ci', '--begin', join(directory, 'no', 'such')]);
  assert.equal(refused.status, 2);
  assert.match(refused.stderr, /cannot write .*: ENOENT/);
});
