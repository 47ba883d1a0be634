import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  findCgroupDirectories,
  parseCgroupTable,
  parseCpuMax,
  parseLimit,
} from '../../../src/parse/proc/cgroup-limits.ts';
import { parseMountinfo } from '../../../src/parse/proc/mountinfo.ts';

const version1 = '35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n';
const version2 = '41 31 0:38 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n';
const insideContainer = '41 31 0:38 /docker/1 /sys/fs/cgroup ro - cgroup2 cgroup2 rw\n';

function find(controller: string, table: string, mounts: string) {
  return findCgroupDirectories(controller, parseCgroupTable(table), parseMountinfo(mounts));
}

test('The directories of a group are found from itself up to what is mounted.', () => {
  assert.deepEqual(find('memory', '4:memory:/a/b\n0::/\n', version1 + version2), {
    version: 1,
    directories: ['/sys/fs/cgroup/memory/a/b', '/sys/fs/cgroup/memory/a', '/sys/fs/cgroup/memory'],
  });
  assert.deepEqual(find('memory', '0::/docker/1\n', version2), {
    version: 2,
    directories: ['/sys/fs/cgroup/docker/1', '/sys/fs/cgroup/docker', '/sys/fs/cgroup'],
  });
});

test('Where only a part of the hierarchy is mounted, paths begin there, and groups outside have no directory.', () => {
  assert.deepEqual(find('pids', '0::/docker/1/x\n', insideContainer)?.directories, [
    '/sys/fs/cgroup/x',
    '/sys/fs/cgroup',
  ]);
  assert.deepEqual(find('pids', '0::/docker/1\n', insideContainer)?.directories, ['/sys/fs/cgroup']);
  assert.equal(find('pids', '0::/docker/12\n', insideContainer), undefined);
  assert.equal(find('pids', '0::/a\n', version1), undefined);
});

test('Limits are numbers, or none.', () => {
  assert.deepEqual(['max\n', '-1\n', '9223372036854771712\n', '512\n', '?'].map(parseLimit), [
    null,
    null,
    null,
    512,
    undefined,
  ]);
  assert.deepEqual(['max 100000\n', '150000 100000\n', '-1 100000'].map(parseCpuMax), [null, 1.5, null]);
});
