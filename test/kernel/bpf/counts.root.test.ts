// The kernel's own counts of namespaces, against namespaces that this test makes up to a limit.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readBpfCharges, readBpfCounts } from '../../../src/kernel/bpf/run.ts';
import { type BpfCount, parseBpfCharges, parseBpfCounts } from '../../../src/parse/records/bpf-counts.ts';
import { hold, readChildren, readLinksOf } from '../../held-process.ts';
import { isLinuxSince } from '../../kernels/release.ts';
import { missing } from '../../tiers.ts';

const skip = missing({ root: true, commands: ['unshare'] });

function readCounts(): BpfCount[] {
  const reading = readBpfCounts();
  assert.ok(!('refused' in reading), JSON.stringify(reading));
  return parseBpfCounts(reading.bytes);
}

const script = `
echo 3 > /proc/sys/user/max_uts_namespaces
echo 1 > /proc/sys/user/max_ipc_namespaces
for i in 1 2 3 4; do unshare -u sleep 600 2>/dev/null & done
for i in 1 2; do unshare -i sleep 600 2>/dev/null & done
echo ready
wait`;

/** Waits until so many children of a process are in other namespaces of this type than it is, and gives those. */
async function waitForChildren(pid: number, type: 'uts' | 'ipc' | 'user', count: number): Promise<number[]> {
  for (const deadline = Date.now() + 60_000; ; ) {
    const own = readLinksOf(pid)[type];
    const found = readChildren(pid).flatMap((child) => {
      try {
        const inode = readLinksOf(child)[type];
        return inode === own ? [] : [inode];
      } catch {
        return []; // It has ended, having met the limit.
      }
    });
    if (found.length === count) return found.sort();
    assert.ok(Date.now() < deadline, `${found.length} children of process ${pid} are elsewhere, not ${count}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('The kernel counts for a user what this test made in a user namespace, and lets no more be made than the limit.', {
  skip,
}, async () => {
  const refusal = readBpfCounts();
  if (!isLinuxSince(6, 1)) {
    assert.ok('refused' in refusal && /older than Linux 6\.1/.test(refusal.refused.reason), JSON.stringify(refusal));
    return;
  }
  const held = await hold('unshare', ['-U', '-r', 'sh', '-c', script]);
  try {
    const made = await waitForChildren(held.pid, 'uts', 3);
    await waitForChildren(held.pid, 'ipc', 1);
    const { user } = readLinksOf(held.pid);
    const own = readCounts().filter(({ userNamespace }) => userNamespace === user);
    assert.deepEqual(
      own.map(({ uid }) => uid),
      [0],
    );
    const [account] = own;
    assert.ok(account);
    assert.deepEqual([account.counts.uts, account.max.uts], [3, 3]);
    assert.deepEqual([account.counts.ipc, account.max.ipc], [1, 1]);
    assert.deepEqual([account.counts.net, account.max.net], [0, 2 ** 31 - 1]);
    const charges = readBpfCharges();
    if ('refused' in charges) assert.ok(!isLinuxSince(6, 18), JSON.stringify(charges));
    else {
      const charged = parseBpfCharges(charges.bytes).filter((charge) => charge.account === account.account);
      const uts = charged.filter(({ type }) => type === 'uts').map(({ inode }) => inode);
      assert.deepEqual(uts.sort(), made);
      assert.equal(charged.length, 4);
    }
  } finally {
    await held.end();
  }
});

test('What is made below is counted up to the initial user namespace, each level on the account of its creator.', {
  skip,
}, async () => {
  if (!isLinuxSince(6, 1)) return;
  const words = ['-U', '-r', 'unshare', '-U', '-r', 'unshare', '-u', '-i', 'sh', '-c', 'echo ready; exec sleep 600'];
  const held = await hold('unshare', words);
  try {
    const { user } = readLinksOf(held.pid);
    const counts = readCounts();
    const below = counts.find(({ userNamespace, uid }) => userNamespace === user && uid === 0);
    assert.deepEqual([below?.counts.uts, below?.counts.ipc, below?.counts.user], [1, 1, 0]);
    // Of those that hold one user namespace each, one holds exactly what is below.
    const between = counts.filter(
      ({ counts: { uts, ipc, user: users, net } }) => uts === 1 && ipc === 1 && users === 1 && net === 0,
    );
    assert.ok(between.length >= 1);
    const initial = counts.find(({ userNamespace, uid }) => userNamespace === 0xef_ff_ff_fd && uid === 0);
    assert.ok(initial && initial.counts.uts >= 1 && initial.counts.ipc >= 1 && initial.counts.user >= 2);
  } finally {
    await held.end();
  }
});

test('Every user namespace has an account on which it stands, in any number of chains of the kernel’s table.', {
  skip,
}, async () => {
  if (!isLinuxSince(6, 1)) return;
  const held = await hold('sh', ['-c', 'for i in $(seq 40); do unshare -U -r sleep 600 & done; echo ready; wait']);
  try {
    const made = await waitForChildren(held.pid, 'user', 40);
    const found = new Set(readCounts().map(({ userNamespace }) => userNamespace));
    assert.equal(new Set(made).size, 40);
    assert.deepEqual(
      made.filter((user) => !found.has(user)),
      [],
    );
  } finally {
    await held.end();
  }
});
