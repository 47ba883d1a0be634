import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCgroup, parseCgroupPaths } from '../../../src/parse/proc/cgroup.ts';

test('The path of the unified hierarchy is the cgroup.', () => {
  assert.equal(
    parseCgroup('0::/user.slice/user-0.slice/session-1.scope\n'),
    '/user.slice/user-0.slice/session-1.scope',
  );
});

test('Where the unified hierarchy has the root alone, the longest path of the others says most.', () => {
  const hybrid = '12:pids:/lxc/l1\n4:memory:/lxc.payload.l1/init\n1:name=systemd:/\n0::/\n';
  assert.equal(parseCgroup(hybrid), '/lxc.payload.l1/init');
  assert.equal(parseCgroup(hybrid.replace('0::/', '0::/unified')), '/unified');
});

test('A path may hold colons and lead above the cgroup namespace of the reader.', () => {
  assert.equal(parseCgroup('0::/../a:b:c\n'), '/../a:b:c');
});

test('A file without lines, as of a process in no hierarchy, means the root.', () => {
  assert.equal(parseCgroup(''), '/');
  assert.equal(parseCgroup('0::/\n'), '/');
});

test('The paths in all hierarchies are given once each.', () => {
  assert.deepEqual(parseCgroupPaths('12:pids:/a:b\n4:memory:/\n1:name=systemd:/a:b\n0::/\n'), ['/a:b', '/']);
  assert.deepEqual(parseCgroupPaths(''), []);
});
