// What the kernel says of its namespaces in two short ways, against its whole list.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type NamespaceTally, openNamespaceTally } from '../../../src/kernel/bpf/namespace-tally.ts';
import { readBpfNamespaces } from '../../../src/kernel/bpf/run.ts';
import { describeByHandle } from '../../../src/kernel/nsfs/namespace-relations.ts';
import { NamespaceSums } from '../../../src/live/lists/namespace-sums.ts';
import { type BpfNamespace, parseBpfNamespaces } from '../../../src/parse/records/bpf-namespaces.ts';
import { hold, readLinksOf } from '../../held-process.ts';
import { missing } from '../../tiers.ts';

const skip =
  missing({ root: true, commands: ['unshare'] }) ||
  ('refused' in readBpfNamespaces() ? "needs the kernel's list of namespaces: Linux 6.18 with BPF" : false);

function readList(): BpfNamespace[] {
  const reading = readBpfNamespaces();
  return 'refused' in reading ? [] : parseBpfNamespaces(reading.bytes);
}

function compare(sums: NamespaceSums, tally: NamespaceTally) {
  const read = tally.read();
  assert.ok(read, 'the lists of namespaces were torn');
  return sums.compare(read);
}

test('The tally is that of the list, and tells which namespace has ended.', { skip }, async () => {
  const tally = openNamespaceTally();
  assert.ok(tally);
  const held = await hold('unshare', ['-u', 'sh', '-c', 'echo ready; exec sleep 600']);
  try {
    const { uts } = readLinksOf(held.pid);
    // Others come and go meanwhile, on a machine that is not this test's alone.
    for (let attempt = 0; ; attempt++) {
      const known = readList().map(({ type, inode, id }) => ({ type, inode, id: String(id) }));
      const own = known.find(({ type, inode }) => type === 'uts' && inode === uts);
      assert.ok(own);
      const sums = new NamespaceSums(known);
      const isSame = compare(sums, tally) === 'same';
      sums.add({ ...own, inode: 1, id: '12345678901' });
      const difference = compare(sums, tally);
      const gone = difference === 'other' || difference === 'same' ? [] : difference.gone;
      // Where one of another type has ended since, there are two.
      if (isSame && gone.length === 1) {
        assert.deepEqual(gone, [{ ...own, inode: 1, id: '12345678901' }]);
        return;
      }
      assert.ok(attempt < 200, `never alone: ${JSON.stringify(difference)}`);
    }
  } finally {
    await held.end();
    tally.close();
  }
});

test('Of itself a namespace says what the list says: its owner, its uid, its parent and its level.', {
  skip,
}, async () => {
  const words = ['-U', '-p', '-f', '-m', '-n', '--kill-child', 'sh', '-c', 'echo ready; exec sleep 600'];
  const held = await hold('unshare', words);
  try {
    let compared = 0;
    for (const one of readList()) {
      const told = describeByHandle({ type: one.type, inode: one.inode, id: String(one.id) });
      if (!told) continue;
      const { owner, ownerUid, parent = 0, level = 0 } = told;
      assert.deepEqual([owner, ownerUid, parent, level], [one.ownerInode, one.ownerUid, one.parentInode, one.level]);
      if (one.ownerInode === readLinksOf(held.pid).user) compared++;
    }
    assert.ok(compared >= 2, `${compared} of the test's own namespaces were compared`);
  } finally {
    await held.end();
  }
});
