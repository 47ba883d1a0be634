// Rows of nscope busy that are put together for readers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BusyRow } from '../../../src/analysis/busy/find-rows.ts';
import { foldBusyRows } from '../../../src/render/pages/fold-busy-rows.ts';

const open = (pid: number, fd: number): BusyRow => ({ kind: 'open-file', what: 'x', pid, fd, path: `/srv/${fd}` });
const mapped: BusyRow = { kind: 'mapped-file', what: 'x', pid: 7 };

test('More than three things of a kind of one process are one row, and a few are listed each.', () => {
  const few = [open(7, 3), open(7, 4), open(7, 5)];
  assert.deepEqual(foldBusyRows([...few, open(8, 3)]), [...few, open(8, 3)]);
  assert.deepEqual(foldBusyRows([...few, open(8, 3), open(7, 6)]), [
    { kind: 'open-file', what: 'x', pid: 7, path: '/srv/3 and 3 more' },
    open(8, 3),
  ]);
});

test('Mapped files that nothing tells apart are one row, and mounts are never put together.', () => {
  assert.deepEqual(foldBusyRows([mapped, mapped]), [{ ...mapped, path: '2 of them' }]);
  const mounts = ['/a', '/b', '/c', '/d'].map((path): BusyRow => ({ kind: 'mount-below', what: 'tmpfs', path }));
  assert.deepEqual(foldBusyRows(mounts), mounts);
});

test('The same directory of several threads is one row.', () => {
  const cwd = (tid: number): BusyRow => ({ kind: 'cwd', what: 'x', pid: 7, tid, path: '/srv' });
  assert.deepEqual(foldBusyRows([cwd(7), cwd(8)]), [{ ...cwd(7), what: 'x (2 threads)' }]);
});
