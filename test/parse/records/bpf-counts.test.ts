import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseBpfCharges, parseBpfCounts } from '../../../src/parse/records/bpf-counts.ts';

// Read on Linux 6.18: the account of root of the initial user namespace, which the kernel counts on, and the one of the boot.
const recorded =
  'QJoHg//////9///vAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAUQIAAAAAAAAAAAAAbHgBAGx4AQBseAEAbHgBAGx4AQBseAEAbHgBAGx4AQBAiIYAgYj///3//+8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABAAAAAAAAAAAAAABseAEAbHgBAGx4AQBseAEAbHgBAGx4AQBseAEAbHgBAA==';

test('An account has its user namespace, its user, and of each type the count and the limit.', () => {
  const accounts = parseBpfCounts(Buffer.from(recorded, 'base64'));
  const none = { user: 0, pid: 0, uts: 0, ipc: 0, net: 0, mnt: 0, cgroup: 0, time: 0 };
  assert.deepEqual(
    accounts.map(({ userNamespace, uid, counts }) => [userNamespace, uid, counts]),
    [
      [0xef_ff_ff_fd, 0, { ...none, mnt: 593 }],
      [0xef_ff_ff_fd, 0, { ...none, mnt: 1 }],
    ],
  );
  for (const { max } of accounts) assert.deepEqual([...new Set(Object.values(max))], [96_364]);
  assert.notEqual(accounts[0]?.account, accounts[1]?.account);
});

test('A charge has its account and its namespace; a type of a newer kernel is left out, and a cut record is an error.', () => {
  const bytes = Buffer.alloc(32);
  bytes.writeBigUInt64LE(0xffff_8881_0086_8840n, 0);
  bytes.writeUInt32LE(0x0002_0000, 8);
  bytes.writeUInt32LE(0xf000_0014, 12);
  bytes.writeUInt32LE(0x100, 24);
  assert.deepEqual(parseBpfCharges(bytes), [{ account: 0xffff_8881_0086_8840n, type: 'mnt', inode: 0xf000_0014 }]);
  assert.throws(() => parseBpfCharges(bytes.subarray(0, 20)), /not a multiple of 16/);
  assert.throws(() => parseBpfCounts(bytes), /not a multiple of 80/);
});
