// Pid namespaces whose init has ended, and that are still held.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deadPidNamespace } from '../../../src/analysis/rules/dead-pid-namespace.ts';
import type { Namespace } from '../../../src/model/snapshot/schema.ts';
import { hostInodes, linksOf, processFact } from '../../recorded-facts.ts';
import { ago, hostOf, judge, mountedOn, vacant } from './vacant-host.ts';

const inode = 4026532900;
const dead = { type: 'pid', stage: 'dead', parent: hostInodes.pid, init: null } as const;

function find(others: Partial<Namespace>, facts: Parameters<typeof hostOf>[0]['facts'] = []) {
  return judge(deadPidNamespace, hostOf({ namespaces: [vacant(inode, { ...dead, ...others })], facts }));
}

test('A process whose children would be born in it can start none: an error.', () => {
  const parent = processFact(300, ['unshare'], {
    namespaces: linksOf({ pid: hostInodes.pid, pid_for_children: inode }),
  });
  const processes = { count: 0, threads: 0, forChildren: 1, leader: null };
  const [found] = find({ processes, holderCounts: { 'for-children': 1 } }, [parent]).findings;
  assert.equal(found?.severity, 'error');
  assert.match(found.says, /^process 300 \(unshare\) can start no child/);
  assert.equal(found.fixes[0]?.command, 'kill 300');
});

test('One that a mount keeps is a warning with the command that unmounts it, one that a descriptor keeps a note.', () => {
  const [mounted] = find({ ...mountedOn('/tmp/pidns'), openSince: ago(7200) }).findings;
  assert.equal(mounted?.severity, 'warning');
  assert.deepEqual(
    mounted.fixes.map(({ command }) => command),
    ['umount -- /tmp/pidns && rm -- /tmp/pidns'],
  );
  const [kept] = find({ holders: [{ kind: 'fd', pid: 900, fd: 4 }], holderCounts: { fd: 1 } }).findings;
  assert.equal(kept?.severity, 'note');
  assert.match(kept.fixes[0]?.text ?? '', /nscope holders 'pid:\[4026532900\]'/);
});

test('A pidfd of a process that has ended is no fault, and neither is one that waits for its first process.', () => {
  assert.deepEqual(find({ holders: [{ kind: 'pidfd', pid: 900, fd: 4 }], holderCounts: { pidfd: 1 } }).findings, []);
  assert.deepEqual(find({ ...mountedOn('/tmp/pidns'), stage: 'unborn' }).findings, []);
});

test('One whose init waits for its parent is left to the rule on that.', () => {
  const zombie = processFact(300, ['init'], { state: 'Z', namespaces: linksOf({ pid: inode }) });
  const processes = { count: 1, threads: 0, forChildren: 0, leader: 300 };
  assert.deepEqual(find({ ...mountedOn('/tmp/pidns'), processes }, [zombie]).findings, []);
});
