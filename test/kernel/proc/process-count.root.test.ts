// The count of processes against the processes, on every kernel.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { countProcessesBeside } from '../../../src/kernel/proc/process-count.ts';
import { namespaceTypeFacts } from '../../../src/model/snapshot/namespace-types.ts';
import { readLinksOf } from '../../held-process.ts';
import { missing } from '../../tiers.ts';

test('As many processes are counted as /proc shows in the initial pid namespace.', {
  skip:
    missing({ root: true }) ||
    (readLinksOf(process.pid).pid !== namespaceTypeFacts.pid.initialInode && 'needs the initial pid namespace'),
}, () => {
  const list = () => readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  // Others start and end processes and threads meanwhile: one quiet moment of many is enough.
  const differences = Array.from({ length: 50 }, () => {
    const before = list();
    const count = countProcessesBeside(before.map(Number));
    return before.length === list().length ? count - before.length : undefined;
  });
  const quiet = differences.filter((difference) => difference !== undefined);
  assert.ok(quiet.length > 0);
  assert.ok(quiet.includes(0), `the count differs by ${[...new Set(quiet)].join(', ')}`);
});
