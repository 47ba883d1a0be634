// What the kernel counts, against what a snapshot has: nothing is left over when nobody makes namespaces meanwhile.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SnapshotIndex } from '../../src/analysis/graph/snapshot-index.ts';
import { listAccounts } from '../../src/analysis/limits/accounts.ts';
import { collectSnapshot } from '../../src/collect/collect.ts';
import { readBpfCharges } from '../../src/kernel/bpf/run.ts';
import { hold, readLinksOf } from '../held-process.ts';
import { missing } from '../tiers.ts';

const skip =
  missing({ root: true, commands: ['unshare', 'setpriv'] }) ||
  ('refused' in readBpfCharges() ? "needs the kernel's list of namespaces: Linux 6.18 with BPF" : false);

test('Every namespace that the kernel counts is found on the same account in the snapshot.', { skip }, async () => {
  const words = ['--reuid=65534', '--regid=65534', '--clear-groups', '--', 'unshare', '-U', '-r'];
  const inner = ['unshare', '-U', '-r', 'unshare', '-n', '-i', '-u', '-m', '-C', '-T', '-p', '-f'];
  const held = await hold('setpriv', [...words, ...inner, '--kill-child', 'sh', '-c', 'echo ready; exec sleep 600']);
  try {
    const { user } = readLinksOf(held.pid);
    // Others make and end namespaces on the same machine: their accounts are quiet at some moment.
    for (let attempt = 0; ; attempt++) {
      const { rows, counted } = listAccounts(new SnapshotIndex(collectSnapshot({ workloads: false })));
      assert.equal(counted, 'kernel');
      const own = rows.filter(({ userNamespace }) => userNamespace === user);
      assert.deepEqual(own.map(({ type }) => type).sort(), ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'time', 'uts']);
      for (const { uid, count, attributed } of own) assert.deepEqual([uid, count, attributed], [65534, 1, 1]);
      const nobody = rows.filter(({ uid, userNamespace }) => uid === 65534 && userNamespace === 0xef_ff_ff_fd);
      assert.ok(nobody.some(({ type, count }) => type === 'user' && count >= 2));
      if (rows.every(({ count, attributed }) => count === attributed)) return;
      const left = rows.filter(({ count, attributed }) => count !== attributed);
      assert.ok(attempt < 30, `never quiet: ${JSON.stringify(left)}`);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  } finally {
    await held.end();
  }
});

test('Without BPF the counts are not known, and say why.', { skip: missing({ root: true }) }, () => {
  const { conditions } = collectSnapshot({ bpf: false, workloads: false });
  assert.deepEqual(conditions?.namespaceCounts, { unknown: 'not-asked', detail: 'BPF was not to be used' });
});
