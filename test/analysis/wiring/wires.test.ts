// Where links lead, of plain values.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isInRange, parseAddressRange, parseMac } from '../../../src/analysis/wiring/addresses.ts';
import { wireLinks } from '../../../src/analysis/wiring/wires.ts';
import { notAsked, type Unknown } from '../../../src/model/snapshot/known.ts';
import type { Network, NetworkLink } from '../../../src/model/snapshot/schema.ts';

function linkOf(index: number, name: string, more: Partial<NetworkLink> = {}): NetworkLink {
  return { index, name, altNames: [], kind: '', state: 'up', flags: 0, mtu: 1500, mac: '', ...more };
}

function networkOf(inode: number, links: readonly NetworkLink[] | Unknown): Network {
  const rest = { addresses: notAsked, routes: notAsked, neighbours: notAsked, sockets: notAsked, conntrack: notAsked };
  return { inode, links, listening: notAsked, ...rest };
}

/** "1 va: peer 2 vb, master 1 br0" */
function describe(networks: readonly Network[]): string[] {
  return wireLinks(networks).map(({ inode, link, ends }) => {
    const words = ends.map(({ role, inode: at, link: other, index, pid, device }) =>
      [role, typeof at === 'number' ? at : '?', other?.name ?? pid ?? device ?? `#${index}`].join(' '),
    );
    return `${inode} ${link.name}: ${words.join(', ')}`;
  });
}

test('Both ends of a veth know each other, a port its bridge, and a bridge its ports.', () => {
  const host = networkOf(1, [
    linkOf(3, 'br0', { kind: 'bridge' }),
    linkOf(4, 'va', { kind: 'veth', master: 3, peer: { inode: 2, index: 2 } }),
  ]);
  const container = networkOf(2, [linkOf(2, 'eth0', { kind: 'veth', peer: { inode: 1, index: 4 } })]);
  assert.deepEqual(describe([host, container]), [
    '1 br0: port 1 va',
    '1 va: peer 2 eth0, master 1 br0',
    '2 eth0: peer 1 va',
  ]);
});

test('A macvlan knows what it lies on, and that what lies on it; a tap who has it open; a device of the machine itself.', () => {
  const host = networkOf(1, [linkOf(2, 'eth0', { device: 'virtio0' })]);
  const other = networkOf(2, [
    linkOf(7, 'mv0', { kind: 'macvlan', peer: { inode: 1, index: 2 } }),
    linkOf(8, 'tap0', { kind: 'tun', openedBy: [{ pid: 812, fd: 9 }] }),
  ]);
  assert.deepEqual(describe([host, other]), [
    '1 eth0: device 1 virtio0, above 2 mv0',
    '2 mv0: below 1 eth0',
    '2 tap0: process 2 812',
  ]);
});

test('An end that is not known, or whose link was not seen, is said to be so.', () => {
  const gone: Unknown = { unknown: 'gone' };
  const networks = [
    networkOf(1, [
      linkOf(2, 'a', { kind: 'veth', peer: { inode: gone, index: 9 } }),
      linkOf(3, 'b', { kind: 'veth', peer: { inode: 5, index: 9 } }),
      linkOf(4, 'c', { kind: 'vxlan', madeIn: { inode: 5 } }),
    ]),
    networkOf(5, { unknown: 'denied', errno: 'EPERM' }),
  ];
  assert.deepEqual(describe(networks), ['1 a: peer ? #9', '1 b: peer 5 #9', '1 c: made-in 5 #undefined']);
});

/** How often anything of the links is looked at. */
function countSteps(containers: number): number {
  let steps = 0;
  const watch = (link: NetworkLink) =>
    new Proxy(link, {
      get(target, name, receiver) {
        steps++;
        return Reflect.get(target, name, receiver);
      },
    });
  const host = [linkOf(1, 'lo'), linkOf(2, 'br0', { kind: 'bridge' })];
  const networks = Array.from({ length: containers }, (_, i) => {
    host.push(linkOf(i + 3, `v${i}`, { kind: 'veth', master: 2, peer: { inode: i + 2, index: 2 } }));
    const eth0 = linkOf(2, 'eth0', { kind: 'veth', peer: { inode: 1, index: i + 3 } });
    return networkOf(
      i + 2,
      [linkOf(1, 'lo'), eth0, linkOf(3, 'mv', { kind: 'macvlan', peer: { inode: 1, index: 2 } })].map(watch),
    );
  });
  const wired = wireLinks([networkOf(1, host.map(watch)), ...networks]);
  assert.equal(wired.length, 4 * containers + 2);
  assert.equal(wired.flatMap(({ ends }) => ends).length, 6 * containers);
  return steps;
}

test('Ten times the links are ten times the steps.', () => {
  const [few, many] = [countSteps(100), countSteps(1000)];
  assert.ok(many <= few * 10.1, `${few} and ${many}`);
});

test('Addresses and networks are read as people write them, and nothing else is.', () => {
  const holds = (range: string, address: string) => {
    const parsed = parseAddressRange(range);
    assert.ok(parsed, range);
    return isInRange(address, parsed);
  };
  assert.equal(holds('10.0.0.7', '10.0.0.7'), true);
  assert.equal(holds('10.0.0.7', '10.0.0.70'), false);
  assert.equal(holds('10.0.0.7/24', '10.0.0.255'), true);
  assert.equal(holds('10.0.0.0/24', '10.0.1.0'), false);
  assert.equal(holds('0.0.0.0/0', '::1'), false);
  assert.equal(holds('FD00:0::7', 'fd00::7'), true);
  assert.equal(holds('fd00::/64', 'fd00::1:2:3:4'), true);
  assert.equal(holds('::ffff:10.0.0.7', '::ffff:10.0.0.7'), true);
  assert.equal(holds('::/0', 'fe80::1'), true);
  for (const wrong of [
    '',
    '10.0.0',
    '10.0.0.256',
    '10.0.0.1/33',
    '10.0.0.1/',
    '1:2',
    ':::',
    'fd00::1::2',
    'eth0',
    'fd00::/129',
  ])
    assert.equal(parseAddressRange(wrong), undefined, wrong);
  assert.equal(parseMac('02-42-AC-11-00-02'), '02:42:ac:11:00:02');
  for (const wrong of ['', '02:42:ac:11:00', '02:42:ac:11:00:0g', '0242ac110002'])
    assert.equal(parseMac(wrong), undefined);
});
