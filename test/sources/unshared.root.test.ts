import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collectSnapshot } from '../../src/collect/collect.ts';
import { isKnown } from '../../src/model/snapshot/known.ts';
import { wantEverything } from '../../src/model/snapshot/wanted.ts';
import { hold, readLinksOf, readOnlyChild } from '../held-process.ts';
import { missing } from '../tiers.ts';
import { assertClimbed, assertUnshared, find, holdUnshared, unshareNeeds } from './unshared.ts';

const skip = missing({ ...unshareNeeds, root: true });

for (const bpf of [true, false])
  test(`Root sees all of a process in eight new namespaces, ${bpf ? 'by BPF where it can be' : 'by /proc'}.`, {
    skip,
  }, async () => {
    const held = await holdUnshared();
    try {
      const snapshot = collectSnapshot({ ...wantEverything, bpf });
      assertUnshared(snapshot, held.pid);
      const inside = readLinksOf(readOnlyChild(held.pid));
      const { uts } = find(snapshot, 'uts', inside.uts);
      assert.ok(uts && isKnown(uts));
      assert.equal(uts.nodename, 'nscope-test');
    } finally {
      await held.end();
    }
  });

test('Processes in nested pid namespaces have a PID in each, and the levels rise.', { skip }, async () => {
  const nested = 'unshare --pid --fork --kill-child sh -c "echo ready; exec sleep 300"';
  const held = await hold('unshare', ['--pid', '--fork', '--kill-child', 'sh', '-c', `${nested}; true`]);
  try {
    // unshare > sh (PID 1 of the outer) > unshare > sleep (PID 1 of the inner)
    const outerInit = readOnlyChild(held.pid);
    const innerUnshare = readOnlyChild(outerInit);
    const innerInit = readOnlyChild(innerUnshare);
    for (const bpf of [true, false]) {
      const snapshot = collectSnapshot({ ...wantEverything, bpf });
      const pidsOf = (pid: number) => snapshot.processes.find((process) => process.pid === pid)?.pids;
      assert.deepEqual(pidsOf(outerInit), [outerInit, 1]);
      assert.deepEqual(pidsOf(innerUnshare), [innerUnshare, 2]);
      assert.deepEqual(pidsOf(innerInit), [innerInit, 3, 1]);
      const outer = find(snapshot, 'pid', readLinksOf(outerInit).pid);
      const inner = find(snapshot, 'pid', readLinksOf(innerInit).pid);
      assert.deepEqual([outer.init, inner.init], [outerInit, innerInit]);
      assert.deepEqual([outer.parent, inner.parent], [readLinksOf(process.pid).pid, outer.inode]);
      assert.equal(Number(inner.level) - Number(outer.level), 1);
      assert.equal(inner.processes.forChildren, 1);
    }
  } finally {
    await held.end();
  }
});

test('Root finds user namespaces that only a child or an owned namespace holds, by climbing.', { skip }, async () => {
  await assertClimbed();
});
