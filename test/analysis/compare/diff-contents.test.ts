// What two snapshots tell of mounts and networks that came, went and changed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diffSnapshots, type SnapshotDiff } from '../../../src/analysis/compare/diff-snapshots.ts';
import { buildSnapshot } from '../../../src/model/build/build-snapshot.ts';
import { isKnown } from '../../../src/model/snapshot/known.ts';
import type {
  Conditions,
  Mount,
  MountTable,
  Network,
  NetworkLink,
  Snapshot,
} from '../../../src/model/snapshot/schema.ts';
import { hostFact, processFact } from '../../recorded-facts.ts';

const mnt = 4026532500;
const net = 4026532600;

function snapshotOf(conditions: Conditions): Snapshot {
  const facts = [
    hostFact(),
    processFact(1, ['init']),
    { fact: 'namespace', type: 'mnt', inode: mnt, id: '500' },
    { fact: 'namespace', type: 'net', inode: net, id: '600' },
  ] as const;
  return { ...buildSnapshot([...facts]), conditions };
}

/** Of the namespaces of the host the snapshots have neither. */
function isOwn({ namespace }: { readonly namespace: number }): boolean {
  return namespace === mnt || namespace === net;
}

function mount(mountPoint: string, more: Partial<Mount> = {}): Mount {
  return {
    ...{ oldId: 20, oldParent: 10, device: '0:40', root: '/', mountPoint, fsType: 'tmpfs', source: 'tmpfs' },
    ...{ options: ['rw'], superOptions: ['rw'], unbindable: false, locked: false },
    ...more,
  };
}

function diffTables(before: Partial<MountTable>, after: Partial<MountTable>) {
  const table = (own: Partial<MountTable>): MountTable => ({ inode: mnt, via: 'statmount', mounts: [], ...own });
  return contentsOf(
    diffSnapshots(snapshotOf({ mounts: [table(before)] }), snapshotOf({ mounts: [table(after)] })).mounts,
  );
}

function contentsOf<Diff>(diff: Diff): Exclude<Diff, { readonly unknown: unknown }> {
  assert.ok(isKnown<unknown>(diff));
  return diff as Exclude<Diff, { readonly unknown: unknown }>;
}

const root = mount('/', { id: '1', oldId: 10, oldParent: 1 });

test('A mount that was made again at the same place is another one by its id, and the same without ids.', () => {
  const [old, again] = [mount('/a', { id: '7' }), mount('/a', { id: '9' })];
  assert.deepEqual(
    diffTables({ mounts: [root, old] }, { mounts: [root, again] }).changes.map(({ change }) => change),
    ['appeared', 'vanished'],
  );
  const bare = ({ id: _, ...rest }: Mount): Mount => rest;
  const { changes, compared } = diffTables({ mounts: [root, old] }, { mounts: [bare(root), bare(again)] });
  assert.deepEqual([changes, compared], [[], 1]);
});

test('What changed of a mount is told field by field.', () => {
  const after = mount('/b', { id: '7', options: ['ro'], peerGroup: 5 });
  const { changes } = diffTables({ mounts: [root, mount('/a', { id: '7' })] }, { mounts: [root, after] });
  const [change] = changes;
  assert.deepEqual(change?.change === 'changed' && change.changes, [
    { what: 'mountPoint', before: '/a', after: '/b' },
    { what: 'options', before: ['rw'], after: ['ro'] },
    { what: 'peerGroup', before: null, after: 5 },
  ]);
  assert.deepEqual([changes.length, change?.namespace], [1, mnt]);
});

test('A table that may lack mounts, or could not be read, is not compared, and says why.', () => {
  const whole = { mounts: [root, mount('/a', { id: '7' })] };
  const cut = diffTables(whole, { mounts: [root], cut: 'a chroot' });
  assert.deepEqual([cut.changes, cut.compared], [[], 0]);
  assert.deepEqual(cut.uncompared.filter(isOwn), [
    { namespace: mnt, what: 'mounts', when: 'after', why: { unknown: 'unsupported', detail: 'a chroot' } },
  ]);
  const denied = { unknown: 'denied', errno: 'EACCES' } as const;
  assert.deepEqual(diffTables({ mounts: denied }, whole).uncompared.filter(isOwn), [
    { namespace: mnt, what: 'mounts', when: 'before', why: denied },
  ]);
});

test('Where a snapshot was taken without mounts or networks that is said, and nothing is called the same.', () => {
  const both = diffSnapshots(snapshotOf({}), snapshotOf({}));
  assert.deepEqual(both.mounts, { unknown: 'not-asked', detail: 'both snapshots have no mounts' });
  const one = diffSnapshots(snapshotOf({ networks: [] }), snapshotOf({}));
  assert.deepEqual(one.networks, { unknown: 'not-asked', detail: 'the later snapshot has no networks' });
});

function network(own: Partial<Network>): Network {
  const none = { unknown: 'unsupported' } as const;
  return {
    ...{ inode: net, links: [], addresses: [], routes: { count: 0, list: [] }, neighbours: none, listening: [] },
    ...{ sockets: none, conntrack: none },
    ...own,
  };
}

function diffNetwork(before: Partial<Network>, after: Partial<Network>): SnapshotDiff['networks'] {
  return diffSnapshots(snapshotOf({ networks: [network(before)] }), snapshotOf({ networks: [network(after)] }))
    .networks;
}

function link(own: Partial<NetworkLink>): NetworkLink {
  return { index: 2, name: 'eth0', altNames: [], kind: 'veth', state: 'up', flags: 1, mtu: 1500, mac: '', ...own };
}

test('Links are the same by their number and kind, and addresses, routes and sockets by what they are.', () => {
  const route = { family: 4, to: 'default', table: 254, kind: 'unicast' } as const;
  const socket = { protocol: 'tcp', address: '::', port: 80, uid: 0, socket: 1, owners: [{ pid: 5, fd: 3 }] } as const;
  const { changes } = contentsOf(
    diffNetwork(
      {
        links: [link({}), link({ index: 3, kind: 'bridge' })],
        addresses: [{ link: 2, address: '10.0.0.1', prefix: 24 }],
        routes: { count: 1, list: [route] },
        listening: [socket],
      },
      {
        links: [link({ name: 'lan', flags: 3 }), link({ index: 3, kind: 'vlan' })],
        addresses: [{ link: 2, address: '10.0.0.2', prefix: 24 }],
        routes: { count: 1, list: [{ ...route, link: 2 }] },
        listening: [{ ...socket, socket: 9, owners: [{ pid: 6, fd: 3 }] }, socket],
      },
    ),
  );
  assert.deepEqual(
    changes.map(({ what, change }) => `${what} ${change}`),
    [
      ...['link appeared', 'link vanished', 'link changed', 'address appeared', 'address vanished'],
      ...['route appeared', 'route vanished', 'socket appeared', 'socket changed'],
    ],
  );
});

test('Of routes that are not all in the snapshot only the number is compared.', () => {
  const list = [{ family: 4, to: 'default', table: 254, kind: 'unicast' }] as const;
  const { changes } = contentsOf(diffNetwork({ routes: { count: 300, list } }, { routes: { count: 301, list: [] } }));
  assert.deepEqual(
    changes.map(({ what, change }) => [what, change]),
    [['routes', 'changed']],
  );
});

test('What one snapshot could not know has not changed by that.', () => {
  const unknown = { unknown: 'unsupported' } as const;
  const known = link({ peer: { inode: net + 1, index: 4 } });
  const notKnown = link({ peer: { inode: unknown, index: 4 } });
  assert.deepEqual(contentsOf(diffNetwork({ links: [known] }, { links: [notKnown] })).changes, []);
  const refused = contentsOf(diffNetwork({ links: [known] }, { links: unknown }));
  assert.deepEqual(refused.uncompared.filter(isOwn), [{ namespace: net, what: 'links', when: 'after', why: unknown }]);
  assert.deepEqual([refused.changes, refused.compared], [[], 1]);
});
