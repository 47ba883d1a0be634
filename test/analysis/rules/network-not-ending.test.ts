// Network namespaces that the kernel lists and nothing that was seen holds.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkNotEnding } from '../../../src/analysis/rules/network-not-ending.ts';
import { hostOf, judge, vacant } from './vacant-host.ts';

function find(notSeen: readonly string[], others: Parameters<typeof vacant>[1] = {}) {
  const holders = [{ kind: 'kernel', ruledOut: ['open descriptors', 'sockets'], notSeen }] as const;
  return judge(
    networkNotEnding,
    hostOf({ namespaces: [vacant(4026532900, { holders, holderCounts: { kernel: 1 }, ...others })] }),
  );
}

test('Where all that is visible was ruled out it is a note, and no more: one snapshot does not tell why.', () => {
  const { findings, undecided } = find([]);
  assert.equal(findings[0]?.severity, 'note');
  assert.match(findings[0].says, /is likely not ending/);
  assert.deepEqual(findings[0].seen[0], 'ruled out: open descriptors, sockets');
  assert.equal(findings[0].fixes[0]?.command, undefined);
  assert.deepEqual(undecided, []);
});

test('Where something was not looked at it is not decided.', () => {
  const { findings, undecided } = find(['descriptors of process 1']);
  assert.deepEqual(findings, []);
  assert.match(undecided[0]?.why ?? '', /^1 network namespaces .*: descriptors of process 1$/);
});

test('Other types and those with a process are none.', () => {
  assert.deepEqual(find([], { type: 'uts' }).findings, []);
  assert.deepEqual(find([], { processes: { count: 1, threads: 0, forChildren: 0, leader: 300 } }).findings, []);
});
