// The numbers that nscope's own network namespace has for others.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { collectSnapshot } from '../../../src/collect/collect.ts';
import { wantEverything } from '../../../src/model/snapshot/wanted.ts';
import { bedNeeds, makeBed } from '../../bed/bed.ts';
import { hold, readLinksOf } from '../../held-process.ts';
import { missing } from '../../tiers.ts';
import { find } from '../unshared.ts';

const skip = missing({ ...bedNeeds, root: true, commands: [...(bedNeeds.commands ?? []), 'ip', 'unshare'] });

test('One that has a number is told with it, and one that a socket alone leads to has none.', {
  skip,
}, async () => {
  const bed = await makeBed(['socket:net']);
  const other = await hold('unshare', ['-n', 'sh', '-c', 'echo; exec sleep 300']);
  const link = `ns${process.pid}`;
  try {
    execFileSync('ip', ['link', 'add', link, 'type', 'veth', 'peer', 'name', 'peer0', 'netns', `${other.pid}`]);
    const snapshot = collectSnapshot({ ...wantEverything, bpf: false, workloads: false });
    assert.equal(typeof find(snapshot, 'net', readLinksOf(other.pid).net).netnsid, 'number');
    const hidden = bed.namespaces.find(({ type, auxiliary }) => type === 'net' && !auxiliary);
    assert.ok(hidden, JSON.stringify(bed.unsupported));
    assert.equal(find(snapshot, 'net', hidden.inode).netnsid, null);
  } finally {
    await other.end();
    await bed.release();
  }
});
