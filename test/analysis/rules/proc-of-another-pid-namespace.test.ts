import assert from 'node:assert/strict';
import { test } from 'node:test';
import { procOfAnotherPidNamespace } from '../../../src/analysis/rules/proc-of-another-pid-namespace.ts';
import type { Known } from '../../../src/model/snapshot/known.ts';
import { hostInodes } from '../../recorded-facts.ts';
import { hostView, judge, listCommands, mountView, processIn, say } from './judge.ts';

const proc = (pidNamespace: Known<number>) => [{ path: '/proc', pidNamespace, readOnly: false, covered: [] }];
const host = hostView({ proc: proc(hostInodes.pid) });
const below = (inode: number) => ({ fact: 'namespace', type: 'pid', inode, parent: hostInodes.pid }) as const;

test('The processes around are a note, with a command where nobody else has that /proc.', () => {
  const facts = [below(77), processIn(200, { pid: 77, mnt: 88 })];
  const mountViews = [host, mountView(88, 200, { proc: proc(hostInodes.pid) })];
  const [found] = judge(procOfAnotherPidNamespace, facts, { conditions: { mountViews } }).findings;
  assert.equal(found?.severity, 'note');
  assert.deepEqual(listCommands(found), [
    'nsenter --mount=/proc/200/ns/mnt --pid=/proc/200/ns/pid mount -t proc proc /proc',
  ]);
});

test('In the mount namespace of the host no command replaces its /proc.', () => {
  const facts = [below(77), processIn(200, { pid: 77 }), processIn(201, { pid: 77 })];
  const { findings } = judge(procOfAnotherPidNamespace, facts, { conditions: { mountViews: [host] } });
  assert.equal(findings.length, 1);
  assert.deepEqual(findings.flatMap(listCommands), []);
});

test('A sandbox that has a pid namespace for each process is told once.', () => {
  const facts = [below(77), below(78), processIn(200, { pid: 77 }), processIn(201, { pid: 78 })];
  const { findings } = judge(procOfAnotherPidNamespace, facts, { conditions: { mountViews: [host] } });
  assert.equal(findings.length, 1);
  assert.equal(findings[0]?.severity, 'note');
  assert.match(
    findings[0].says,
    /shows the processes around it, those of pid:\[\d+\]; so it does for 1 more pid namespace$/,
  );
});

test('A pid namespace in which the readers are not is a warning, and who only waits outside is none.', () => {
  const facts = [below(77), below(78), processIn(200, { pid: 77, mnt: 88 }), processIn(300, { pid: 78, mnt: 88 })];
  const supervisor = processIn(100, { mnt: 88 });
  const mountViews = [host, mountView(88, 200, { proc: proc(77) })];
  assert.deepEqual(say(judge(procOfAnotherPidNamespace, [...facts, supervisor], { conditions: { mountViews } })), [
    'warning: /proc of process 300 (program300) shows pid:[77], in which it is not',
  ]);
});

test('Where it is not known which one /proc shows, that is said.', () => {
  const mountViews = [host, mountView(88, 200, { proc: proc({ unknown: 'unsupported' }) })];
  const verdicts = judge(procOfAnotherPidNamespace, [processIn(200, { mnt: 88 })], { conditions: { mountViews } });
  assert.deepEqual(verdicts.findings, []);
  assert.equal(verdicts.undecided[0]?.why, 'which pid namespace /proc shows is not known of 1 processes');
});
