// Where rules lead that send packets elsewhere, of plain values.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { followRedirects } from '../../../src/analysis/wiring/redirects.ts';
import { wireLinks } from '../../../src/analysis/wiring/wires.ts';
import { isKnown, notAsked } from '../../../src/model/snapshot/known.ts';
import type { Network, NetworkLink, NetworkRoute, Redirect } from '../../../src/model/snapshot/schema.ts';

interface Given {
  /** The other end of its link 2, where that is a veth. */
  readonly peer?: readonly [inode: number, index: number];
  readonly addresses: readonly string[];
  readonly routes?: readonly (readonly [to: string, via?: string])[];
  readonly redirects?: readonly Partial<Redirect>[];
}

function networkOf(inode: number, { peer, addresses, routes = [], redirects = [] }: Given): Network {
  const plain = { altNames: [], state: 'up', flags: 0, mtu: 1500, mac: '' };
  const link: NetworkLink = {
    ...plain,
    ...{ index: 2, name: 'eth0', kind: peer ? 'veth' : '' },
    ...(peer ? { peer: { inode: peer[0], index: peer[1] } } : {}),
  };
  const list = routes.map(([to, via]) => ({
    ...{ family: 4 as const, to, link: 2, table: 254, kind: 'unicast' },
    ...(via === undefined ? {} : { via }),
  }));
  return {
    ...{ inode, links: [link], neighbours: notAsked, sockets: notAsked, conntrack: notAsked },
    addresses: addresses.map((address) => ({ link: 2, address, prefix: 24 })),
    routes: { count: list.length, list },
    listening: [{ protocol: 'tcp', address: '0.0.0.0', port: 80, uid: 0, socket: inode, owners: [] }],
    redirects: { list: redirects.map((one) => ({ ...common, ...one })) },
  };
}

const common: Redirect = {
  ...{ hooks: ['prerouting'], by: 'nf_tables', table: 'ip nat', chain: 'c', conditions: [], others: [], to: {} },
};

/** "2 3?" for a sure end in 2 and a possible one in 3; with its sockets after a colon. */
function follow(networks: readonly Network[]): string[] {
  return followRedirects(networks, wireLinks(networks)).map(({ ends }) =>
    ends
      .map(({ network, isSure, sockets }) => {
        const found = sockets.map(({ socket }) => `:${socket}`).join('');
        return `${network.inode}${isSure ? '' : '?'}${found}`;
      })
      .join(' '),
  );
}

const toServer = { protocol: 'tcp', ports: ['8080'], to: { address: '172.17.0.2', port: '80' } };

test('Of two namespaces with the address the one is meant that the route and the wire lead to.', () => {
  const host = { addresses: ['172.17.0.1'], routes: [['default'], ['172.17.0.0/16']], redirects: [toServer] } as const;
  const container = { addresses: ['172.17.0.2'] };
  const networks = [
    networkOf(1, { ...host, peer: [2, 2] }),
    networkOf(2, { ...container, peer: [1, 2] }),
    networkOf(3, { ...host, peer: [4, 2] }),
    networkOf(4, { ...container, peer: [3, 2] }),
  ];
  assert.deepEqual(follow(networks), ['2:2', '4:4']);
});

test('Where no route leads there, whoever has the address is a possible end; where nobody has it, there is none.', () => {
  const rules = networkOf(1, { addresses: ['10.0.0.1'], redirects: [toServer] });
  assert.deepEqual(follow([rules, networkOf(2, { addresses: ['172.17.0.2'] })]), ['2?:2']);
  assert.deepEqual(follow([rules, networkOf(2, { addresses: ['172.17.0.3'] })]), ['']);
});

test('Of a range of addresses nobody is surely meant.', () => {
  const range = { ...toServer, to: { address: '172.17.0.2-172.17.0.9', port: '80' } };
  const host = { addresses: ['172.17.0.1'], routes: [['172.17.0.0/16']], redirects: [range] } as const;
  const networks = [
    networkOf(1, { ...host, peer: [2, 2] }),
    networkOf(2, { addresses: ['172.17.0.2'], peer: [1, 2] }),
    networkOf(3, { addresses: ['172.17.0.3'] }),
  ];
  assert.deepEqual(follow(networks), ['2?:2 3?:3']);
});

test('A redirect to the namespace itself stays there, and takes the sockets of its protocol and port alone.', () => {
  const redirects = [
    { protocol: 'tcp', ports: ['8080'], to: { own: true as const, port: '80' } },
    { protocol: 'udp', ports: ['8080'], to: { own: true as const, port: '80' } },
    { protocol: 'tcp', ports: ['8080'], to: { own: true as const } },
    { protocol: 'tcp', ports: ['70-90'], own: true as const, to: {} },
    { protocol: 'tcp', to: { computed: true as const } },
  ];
  assert.deepEqual(follow([networkOf(1, { addresses: ['10.0.0.1'], redirects })]), ['1:1', '1', '1', '1:1', '']);
});

test('What came by a link is not sent to a socket at a loopback address, and what the namespace sends goes to no other.', () => {
  const to = { own: true as const, port: '80' };
  const redirects = [
    { to },
    { to, hooks: ['output' as const] },
    { to, hooks: ['prerouting' as const, 'output' as const] },
  ];
  const network = networkOf(1, { addresses: ['10.0.0.1'], redirects });
  const at = (address: string, socket: number) => ({
    ...{ protocol: 'tcp' as const, address, port: 80, uid: 0, socket, owners: [] },
  });
  const listening = [at('127.0.0.1', 5), at('::1', 6), at('10.0.0.1', 7), at('::ffff:127.0.0.1', 8)];
  assert.deepEqual(follow([{ ...network, listening }]), ['1:7', '1:5:6:8', '1:5:6:7:8']);
});

test('Through a route that blocks the address nobody is surely reached.', () => {
  const host = networkOf(1, {
    ...{ peer: [2, 2], addresses: ['172.17.0.1'], routes: [['172.17.0.0/16']], redirects: [toServer] },
  });
  const container = networkOf(2, { peer: [1, 2], addresses: ['172.17.0.2'] });
  assert.ok(isKnown(host.routes));
  const [route] = host.routes.list as [NetworkRoute];
  const { link: _, ...blocked } = { ...route, to: '172.17.0.2', kind: 'blackhole' };
  const blocking = { ...host, routes: { count: 2, list: [route, blocked] } };
  assert.deepEqual([follow([host, container]), follow([blocking, container])], [['2:2'], ['2?:2']]);
});
