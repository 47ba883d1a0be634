import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SnapshotIndex } from '../../../src/analysis/graph/snapshot-index.ts';
import { type Account, listAccounts } from '../../../src/analysis/limits/accounts.ts';
import { isKnown } from '../../../src/model/snapshot/known.ts';
import type { Conditions } from '../../../src/model/snapshot/schema.ts';
import { countedHost, countsOf, initial, inner, limitsOf, outer } from './counted-host.ts';

function list(conditions: Conditions) {
  return listAccounts(new SnapshotIndex(countedHost(conditions)));
}

function shorten({ userNamespace, uid, type, count, attributed, max }: Account) {
  return [userNamespace, uid, type, count, isKnown(attributed) ? attributed : '?', isKnown(max) ? max : '?'] as const;
}

test('A namespace is found again on the accounts of its creator and of the creators of the user namespaces above.', () => {
  const { rows, counted } = list({ namespaceCounts: countsOf(3) });
  assert.equal(counted, 'kernel');
  assert.deepEqual(rows.map(shorten), [
    [initial, 0, 'mnt', 2, 0, 100],
    [initial, 0, 'net', 1, 1, 100],
    [initial, 1000, 'net', 3, 3, 100],
    [initial, 1000, 'user', 2, 2, 100],
    [outer, 1000, 'net', 3, 3, 3],
    [outer, 1000, 'user', 1, 1, 2 ** 31 - 1],
    [inner, 1000, 'net', 1, 1, 2 ** 31 - 1],
  ]);
});

test('Where the kernel does not say who made a namespace it is attributed where nobody else can have made it.', () => {
  const counts = countsOf(3, false);
  assert.deepEqual(list({ namespaceCounts: counts }).rows.map(shorten).slice(1, 3), [
    [initial, 0, 'net', 1, 1, 100],
    [initial, 1000, 'net', 3, 3, 100],
  ]);
  const [first, ...others] = counts;
  assert.ok(first);
  const accounts = [...first.accounts, { uid: 7, counts: { net: 4 } }];
  const rows = list({ namespaceCounts: [{ ...first, accounts }, ...others] }).rows.map(shorten);
  assert.deepEqual(
    rows
      .filter(([inode, , type]) => inode === initial && type === 'net')
      .map(([, uid, , , attributed]) => [uid, attributed]),
    [
      [0, '?'],
      [1000, 3],
      [7, '?'],
    ],
  );
});

test('Without the kernel’s counts those seen are counted, against limits of the own user namespace.', () => {
  const { rows, counted, why } = list({ sysctls: { 'user.max_net_namespaces': '5', 'user.max_ipc_namespaces': '0' } });
  assert.deepEqual([counted, why?.unknown], ['snapshot', 'not-asked']);
  assert.deepEqual(rows.map(shorten), [
    [outer, 1000, 'user', 1, 1, '?'],
    [outer, 1000, 'net', 1, 1, '?'],
    [initial, 1000, 'user', 2, 2, '?'],
    [initial, 1000, 'net', 3, 3, 5],
    [initial, null, 'net', 1, 1, 5],
    [outer, null, 'net', 2, 2, '?'],
    [inner, null, 'net', 1, 1, '?'],
    [initial, null, 'ipc', 0, 0, 0],
  ]);
});

test('A limit of 0 has a row although nobody has a namespace there.', () => {
  const counts = [{ userNamespace: inner, max: limitsOf(9, { user: 0 }), accounts: [{ uid: 1000, counts: {} }] }];
  assert.deepEqual(list({ namespaceCounts: counts }).rows.map(shorten), [[inner, null, 'user', 0, 0, 0]]);
});
