// What is claimed of descriptors in flight where not every queue is walked.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collectSnapshot } from '../../src/collect/collect.ts';
import { wantEverything } from '../../src/model/snapshot/wanted.ts';
import { compile } from '../fixtures/compile.ts';
import { hold } from '../held-process.ts';
import { missing } from '../tiers.ts';

test('Descriptors in flight are not ruled out where a queue holds a socket that has a queue of its own.', {
  skip: missing({ root: true, commands: ['cc'] }),
}, async () => {
  const held = await hold(compile('test/fixtures/nested-queue.c'), []);
  try {
    const { namespaces, coverage } = collectSnapshot(wantEverything);
    const unseen = coverage.unseenHolders.find(({ kind }) => kind === 'in-flight');
    assert.ok(unseen, JSON.stringify(coverage.unseenHolders));
    const namespace = namespaces.find(({ type, inode }) => type === 'net' && inode === Number(held.line));
    // Without the kernel's list, or that of network namespaces, nothing leads to it.
    if (!namespace) return assert.notEqual(coverage.verdict, 'complete');
    const [kernel, ...others] = namespace.holders;
    assert.ok(kernel?.kind === 'kernel' && others.length === 0, JSON.stringify(namespace.holders));
    assert.ok(!kernel.ruledOut.includes('descriptors in flight'), kernel.ruledOut.join(', '));
  } finally {
    await held.end();
  }
});
