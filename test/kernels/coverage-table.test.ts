import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatCoverage } from './coverage-table.ts';

test('What was found on each kernel stands in one table, with BPF and without.', () => {
  const output = [
    '✔ Every namespace. (1ms)',
    'ℹ Linux 6.12.107, sight: tables',
    'ℹ process                found cgroup ipc',
    'ℹ io-uring               found ipc; not seen pid uts',
    'ℹ Linux 6.12.107, sight: proc',
    'ℹ process                found cgroup ipc',
    'ℹ io-uring               found none; not seen ipc pid uts',
    'ℹ duration_ms 12',
  ].join('\n');
  const lines = formatCoverage(new Map([['6.12', output]])).split('\n');
  assert.deepEqual(lines, ['place     6.12 BPF  6.12', 'process   2/2       2/2', 'io-uring  1/3       0/3']);
});
