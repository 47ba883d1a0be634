// What network namespaces have and where their links lead, of real ones, compared with what ip says.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { collectSnapshot } from '../../../src/index.ts';
import { isKnown, type Known } from '../../../src/model/snapshot/known.ts';
import type { Network, NetworkLink, Snapshot } from '../../../src/model/snapshot/schema.ts';
import { validateSnapshot } from '../../../src/model/snapshot/validate-snapshot.ts';
import { hold } from '../../held-process.ts';
import { canMake, NetworkBed } from '../../network-bed.ts';
import { missing } from '../../tiers.ts';

const skip = missing({ root: true, commands: ['ip', 'unshare', 'nsenter'] });
let bed: NetworkBed;

before(() => {
  if (!skip) bed = new NetworkBed('nscn');
});
after(() => bed?.end());

function read(): { snapshot: Snapshot; networks: readonly Network[] } {
  const snapshot = collectSnapshot({ workloads: false, conditions: ['networks'] });
  assert.doesNotThrow(() => validateSnapshot(JSON.parse(JSON.stringify(snapshot))));
  const networks = snapshot.conditions?.networks;
  assert.ok(networks && isKnown(networks));
  return { snapshot, networks };
}

function known<T>(value: Known<T> | undefined): T {
  assert.ok(value !== undefined && isKnown(value), JSON.stringify(value));
  return value;
}

function linkOf(networks: readonly Network[], inode: number, name: string): NetworkLink {
  const link = known(networks.find((one) => one.inode === inode)?.links).find((one) => one.name === name);
  assert.ok(link, `${name} in ${inode}`);
  return link;
}

/** Whether a link leads to the link of this name in that namespace. */
function assertPeer(networks: readonly Network[], [inode, name]: Place, [other, its]: Place): void {
  const { peer } = linkOf(networks, inode, name);
  assert.deepEqual(peer, { inode: other, index: linkOf(networks, other, its).index }, `${name} in ${inode}`);
}

type Place = readonly [inode: number, name: string];

test('Links, addresses and routes are those that ip shows, in each namespace.', { skip }, () => {
  const [a, b] = [bed.add('a'), bed.add('b')];
  bed.ip('a', 'link', 'add', 'va', 'type', 'veth', 'peer', 'name', 'vb', 'netns', b.name);
  bed.ip('a', 'link', 'add', 'br7', 'mtu', '1400', 'type', 'bridge');
  bed.ip('a', 'link', 'set', 'va', 'master', 'br7', 'up');
  bed.ip('a', 'link', 'set', 'br7', 'up');
  bed.ip('a', 'link', 'property', 'add', 'dev', 'br7', 'altname', 'other-name');
  bed.ip('a', 'addr', 'add', '10.77.0.1/24', 'dev', 'br7');
  bed.ip('a', 'addr', 'add', 'fd77::1/64', 'dev', 'br7', 'nodad');
  bed.ip('b', 'addr', 'add', '10.77.0.2', 'peer', '10.77.0.9/32', 'dev', 'vb');
  bed.ip('b', 'link', 'set', 'vb', 'up');
  bed.ip('b', 'route', 'add', 'default', 'via', '10.77.0.9', 'dev', 'vb');
  bed.ip('b', 'route', 'add', 'blackhole', '10.99.0.0/16');
  const { networks } = read();
  for (const { name, inode } of [a, b]) {
    const network = networks.find((one) => one.inode === inode);
    const links = known(network?.links);
    const told = JSON.parse(execFileSync('ip', ['-n', name, '-d', '-j', 'link'], { encoding: 'utf8' })) as IpLink[];
    assert.ok(told.length > 1);
    assert.deepEqual(
      links.map(({ index, name, altNames, mtu, mac, kind, state, master }) => ({
        ...{ index, name, altNames, mtu, mac, kind, state, master },
      })),
      told.map(({ ifindex, ifname, altnames = [], mtu, address, linkinfo, operstate, master }) => ({
        ...{ index: ifindex, name: ifname, altNames: altnames, mtu, mac: address, kind: linkinfo?.info_kind ?? '' },
        state: operstate === 'LOWERLAYERDOWN' ? 'lower-layer-down' : operstate.toLowerCase(),
        master: master === undefined ? undefined : told.find((link) => link.ifname === master)?.ifindex,
      })),
    );
    const addresses = JSON.parse(execFileSync('ip', ['-n', name, '-j', 'addr'], { encoding: 'utf8' })) as IpAddresses[];
    assert.deepEqual(
      known(network?.addresses)
        .map(({ link, address, prefix }) => `${link} ${address}/${prefix}`)
        .sort(),
      addresses
        .flatMap(({ ifindex, addr_info }) =>
          addr_info.map(({ local, prefixlen }) => `${ifindex} ${local}/${prefixlen}`),
        )
        .sort(),
    );
    const routes = ['-4', '-6'].flatMap(
      (family) =>
        JSON.parse(execFileSync('ip', ['-n', name, family, '-j', 'route'], { encoding: 'utf8' })) as { dst: string }[],
    );
    assert.equal(known(network?.routes).count, routes.length);
  }
  assertPeer(networks, [a.inode, 'va'], [b.inode, 'vb']);
  assertPeer(networks, [b.inode, 'vb'], [a.inode, 'va']);
  const [first] = known(networks.find((one) => one.inode === b.inode)?.routes).list;
  assert.deepEqual(first, {
    ...{ family: 4, to: 'default', via: '10.77.0.9', table: 254, kind: 'unicast' },
    link: linkOf(networks, b.inode, 'vb').index,
  });
});

test('Ends with the same index and name in many namespaces are told apart.', { skip }, () => {
  const pairs = [1, 2, 3, 4].map((number) => [bed.add(`p${number}`), bed.add(`q${number}`)] as const);
  for (const [p, q] of pairs)
    execFileSync('ip', ['-n', p.name, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', q.name]);
  const { networks } = read();
  for (const [p, q] of pairs) {
    assert.equal(linkOf(networks, p.inode, 'eth0').index, linkOf(networks, q.inode, 'eth0').index);
    assertPeer(networks, [p.inode, 'eth0'], [q.inode, 'eth0']);
    assertPeer(networks, [q.inode, 'eth0'], [p.inode, 'eth0']);
  }
});

test('A namespace that only a descriptor holds is an end as well.', { skip }, () => {
  const [a, hidden] = [bed.add('h1'), bed.add('h2')];
  bed.ip('h1', 'link', 'add', 'here', 'type', 'veth', 'peer', 'name', 'there', 'netns', hidden.name);
  const fd = openSync(`/run/netns/${hidden.name}`, 'r');
  try {
    execFileSync('ip', ['netns', 'del', hidden.name]);
    const { networks } = read();
    assertPeer(networks, [a.inode, 'here'], [hidden.inode, 'there']);
    assertPeer(networks, [hidden.inode, 'there'], [a.inode, 'here']);
  } finally {
    closeSync(fd);
  }
});

test('A link on one of another namespace leads there, of every kind that this kernel makes.', { skip }, () => {
  const [a, b] = [bed.add('lower'), bed.add('upper')];
  bed.ip('lower', 'link', 'add', 'low0', 'type', 'veth', 'peer', 'name', 'low1');
  bed.ip('lower', 'addr', 'add', '10.78.0.1/24', 'dev', 'low0');
  bed.ip('lower', 'link', 'set', 'low0', 'up');
  const ways = [
    ['macvlan', 'mode', 'bridge'],
    ['ipvlan', 'mode', 'l2'],
    ['vlan', 'id', '7'],
    ['vxlan', 'id', '42', 'dstport', '4789', 'dev', 'low0'],
  ].filter(([kind = '']) => canMake(kind));
  assert.ok(ways.length >= 2, 'macvlan and vxlan at least');
  for (const [kind = '', ...rest] of ways) {
    // Two kinds at once are refused on one link.
    if (kind === 'ipvlan') bed.ip('lower', 'link', 'add', 'low2', 'type', 'veth', 'peer', 'name', 'low3');
    const on = kind === 'ipvlan' ? 'low2' : 'low0';
    const lower = kind === 'vxlan' ? [] : ['link', on];
    bed.ip('lower', 'link', 'add', ...lower, 'name', `x${kind}`, 'type', kind, ...rest);
    bed.ip('lower', 'link', 'set', `x${kind}`, 'netns', b.name);
  }
  const { networks } = read();
  for (const [kind = ''] of ways)
    assertPeer(networks, [b.inode, `x${kind}`], [a.inode, kind === 'ipvlan' ? 'low2' : 'low0']);
  assert.equal(linkOf(networks, b.inode, 'xvxlan').vni, 42);
});

test('A tunnel that was moved tells the namespace that it was made in, and ends with that.', { skip }, () => {
  const [a, b] = [bed.add('made'), bed.add('moved')];
  bed.ip('made', 'link', 'add', 'tunnel', 'type', 'vxlan', 'id', '43', 'dstport', '4790', 'remote', '10.9.9.9');
  bed.ip('made', 'link', 'set', 'tunnel', 'netns', b.name);
  const { madeIn } = linkOf(read().networks, b.inode, 'tunnel');
  assert.deepEqual(madeIn, { inode: a.inode });
  bed.remove('made');
  const deadline = Date.now() + 10_000;
  while (bed.ip('moved', '-o', 'link').includes('tunnel')) assert.ok(Date.now() < deadline, 'the tunnel stays');
});

test('Who listens and who has a tun device open is known, and of sockets the counts.', { skip }, async () => {
  const { inode, name } = bed.add('srv');
  bed.ip('srv', 'link', 'set', 'lo', 'up');
  const script =
    'const net=require("net");net.createServer().listen(8053,"127.0.0.1",()=>net.createServer().listen(8054,"::",()=>{' +
    'const u=require("dgram").createSocket("udp4");u.bind(8055,"0.0.0.0",()=>console.log("ready"))}))';
  const held = await hold('nsenter', [`--net=/run/netns/${name}`, process.execPath, '-e', script]);
  const tap = await hold('nsenter', [`--net=/run/netns/${name}`, 'python3', '-c', openTap]);
  const own = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => own.once('listening', resolve));
  try {
    const { networks } = read();
    const network = networks.find((one) => one.inode === inode);
    const listening = known(network?.listening);
    assert.deepEqual(
      listening.map(({ protocol, address, port, owners }) => ({
        ...{ protocol, address, port },
        pids: known(owners).map(({ pid }) => pid),
      })),
      [
        { protocol: 'tcp', address: '127.0.0.1', port: 8053, pids: [held.pid] },
        { protocol: 'tcp', address: '::', port: 8054, pids: [held.pid] },
        { protocol: 'udp', address: '0.0.0.0', port: 8055, pids: [held.pid] },
      ],
    );
    assert.deepEqual(known(network?.sockets), { tcp: 2, udp: 1, raw: 0 });
    const { mode, openedBy } = linkOf(networks, inode, 'nsctap0');
    assert.deepEqual([mode, openedBy?.map(({ pid }) => pid)], ['tap', [tap.pid]]);
    const here = networks.find((one) => one.inode === statSync('/proc/self/ns/net').ino);
    const { port } = own.address() as { port: number };
    const found = known(here?.listening).find((socket) => socket.port === port);
    assert.deepEqual(
      known(found?.owners).map(({ pid }) => pid),
      [process.pid],
    );
  } finally {
    own.close();
    await Promise.all([held.end(), tap.end()]);
  }
});

/** TUNSETIFF with IFF_TAP and IFF_NO_PI. */
const openTap = `import fcntl,struct,sys,time
f=open("/dev/net/tun","r+b",buffering=0)
fcntl.ioctl(f,0x400454ca,struct.pack("16sH22x",b"nsctap0",0x1002))
print("ready",flush=True)
time.sleep(60)`;

test('Without being asked for it costs nothing.', { skip }, () => {
  const { conditions, coverage } = collectSnapshot({ workloads: false });
  assert.equal(conditions?.networks, undefined);
  assert.ok(coverage.sources.every(({ source }) => source !== 'condition networks'));
});

interface IpLink {
  readonly ifindex: number;
  readonly ifname: string;
  readonly altnames?: readonly string[];
  readonly mtu: number;
  readonly address: string;
  readonly operstate: string;
  readonly master?: string;
  readonly linkinfo?: { readonly info_kind?: string };
}

interface IpAddresses {
  readonly ifindex: number;
  readonly addr_info: readonly { readonly local: string; readonly prefixlen: number }[];
}
