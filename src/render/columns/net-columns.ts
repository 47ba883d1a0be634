// The columns of nscope net: of links, of sockets that wait for whoever comes, and of rules that send packets elsewhere.
import { listAddresses, type NetRow } from '../../analysis/wiring/net-rows.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import { nameNetwork } from '../wiring/network-words.ts';
import { describeConditions, describeDestination, describeEnds, describeTaken } from '../wiring/redirect-words.ts';
import { describeWires } from '../wiring/wire-words.ts';
import type { Cell, Column } from './columns.ts';

type NetColumn = Column<NetRow>;

function ofLink(read: (link: NonNullable<NetRow['wired']>['link']) => Cell): (row: NetRow) => Cell {
  return ({ wired }) => (wired ? read(wired.link) : null);
}

function ofSocket(read: (socket: NonNullable<NetRow['socket']>) => Cell): (row: NetRow) => Cell {
  return ({ socket }) => (socket ? read(socket) : null);
}

function ofRedirect(read: (led: NonNullable<NetRow['led']>, row: NetRow) => Cell): (row: NetRow) => Cell {
  return (row) => (row.led ? read(row.led, row) : null);
}

/** The sockets of a row: its own, or those that a rule leads to. */
function listSockets({ socket, led }: NetRow) {
  return socket ? [socket] : (led?.ends.flatMap(({ sockets }) => sockets) ?? []);
}

function listOwners(row: NetRow): Known<readonly number[]> {
  const pids = new Set<number>();
  for (const { owners } of listSockets(row)) {
    if (!isKnown(owners)) return owners;
    for (const { pid } of owners) pids.add(pid);
  }
  return [...pids];
}

export const netColumns: readonly NetColumn[] = [
  {
    name: 'netns',
    header: 'NETNS',
    meaning: 'inode number of the network namespace',
    kind: 'int',
    align: 'right',
    value: ({ network }) => network.inode,
  },
  {
    name: 'whose',
    header: 'WHOSE',
    meaning: 'what the network namespace belongs to: a workload, a name, a process, this host',
    kind: 'string',
    cut: 'middle',
    least: 12,
    value: ({ network, wiring }) => nameNetwork(wiring, network.inode),
  },
  {
    name: 'leader',
    header: 'LEADER',
    meaning: 'PID of its oldest process',
    kind: 'int',
    align: 'right',
    value: ({ network, wiring }) => wiring.namespaceOf(network.inode)?.processes.leader ?? null,
  },
  {
    name: 'link',
    header: 'LINK',
    meaning: 'the name of the link',
    kind: 'string',
    cut: 'middle',
    least: 8,
    value: ofLink(({ name }) => name),
  },
  {
    name: 'index',
    header: 'INDEX',
    meaning: 'its number in its network namespace (ifindex)',
    kind: 'int',
    align: 'right',
    value: ofLink(({ index }) => index),
  },
  {
    name: 'altNames',
    header: 'OTHER NAMES',
    meaning: 'its alternative names',
    kind: 'list',
    cut: 'end',
    value: ofLink(({ altNames }) => altNames),
  },
  {
    name: 'kind',
    header: 'KIND',
    meaning: 'veth, bridge and the like; none for lo and devices of the machine',
    kind: 'string',
    yields: 3,
    value: ofLink(({ kind }) => (kind === '' ? null : kind)),
  },
  {
    name: 'state',
    header: 'STATE',
    meaning: 'up, down, lower-layer-down, unknown, as ip link shows it',
    kind: 'string',
    yields: 4,
    value: ofLink(({ state }) => state),
  },
  {
    name: 'mtu',
    header: 'MTU',
    meaning: 'the largest packet, in bytes',
    kind: 'int',
    align: 'right',
    value: ofLink(({ mtu }) => mtu),
  },
  {
    name: 'mac',
    header: 'MAC',
    meaning: 'its address on the link',
    kind: 'string',
    value: ofLink(({ mac }) => (mac === '' ? null : mac)),
  },
  {
    name: 'addresses',
    header: 'ADDRESSES',
    meaning: 'IP addresses with the length of their prefixes',
    kind: 'list',
    cut: 'end',
    least: 18,
    value: ({ network, wired }) => {
      if (!wired) return null;
      if (!isKnown(network.addresses)) return network.addresses;
      return listAddresses(network, wired.link.index).map(({ address, prefix }) => `${address}/${prefix}`);
    },
    text: ({ network, wired }) => {
      if (wired && !isKnown(network.addresses)) return '?';
      const all = wired ? listAddresses(network, wired.link.index) : [];
      return all.map(({ address, prefix }) => `${address}/${prefix}`).join(' ') || '-';
    },
  },
  {
    name: 'wires',
    header: 'WIRES',
    meaning:
      'where it leads: its peer, what it lies on or what lies on it, what it is a port of, who has it open, with namespace and workload',
    kind: 'list',
    cut: 'end',
    least: 24,
    value: (row) => (row.wired ? describeWires(row) : null),
    text: (row) => (row.wired ? describeWires(row).join('; ') : '') || '-',
  },
  {
    name: 'details',
    header: 'DETAILS',
    meaning: 'the vlan, the VNI, the table of a VRF, the owner of a tun device',
    kind: 'string',
    value: ofLink(({ vlan, vni, table, mode, owner }) => {
      const found = Object.entries({ vlan, vni, table, mode, owner }).filter(([, value]) => value !== undefined);
      return found.length === 0 ? null : found.map(([name, value]) => `${name} ${value}`).join(' ');
    }),
  },
  {
    name: 'protocol',
    header: 'PROTO',
    meaning: 'of a socket or a rule: tcp or udp',
    kind: 'string',
    value: ({ socket, led }) => socket?.protocol ?? led?.redirect.protocol ?? null,
  },
  {
    name: 'address',
    header: 'LOCAL ADDRESS',
    meaning: 'the address that a socket waits on',
    kind: 'string',
    cut: 'end',
    least: 9,
    value: ofSocket(({ address }) => address),
  },
  {
    name: 'port',
    header: 'PORT',
    meaning: 'the port that a socket waits on',
    kind: 'int',
    align: 'right',
    value: ofSocket(({ port }) => port),
  },
  {
    name: 'uid',
    header: 'UID',
    meaning: 'who made the socket',
    kind: 'int',
    align: 'right',
    value: ofSocket(({ uid }) => uid),
  },
  {
    name: 'socket',
    header: 'SOCKET',
    meaning: 'the inode number of the socket, as in socket:[5012]',
    kind: 'int',
    align: 'right',
    value: ofSocket(({ socket }) => socket),
  },
  {
    name: 'pids',
    header: 'PIDS',
    meaning: 'the processes that have the socket open; of a rule, the sockets that it leads to',
    kind: 'list',
    cut: 'end',
    value: (row) => {
      const pids = row.socket || row.led ? listOwners(row) : null;
      return pids === null || !isKnown(pids) ? pids : pids.map(String);
    },
    text: (row) => {
      const pids = listOwners(row);
      return isKnown(pids) ? pids.join(' ') || '-' : '?';
    },
  },
  {
    name: 'command',
    header: 'COMMAND',
    meaning: 'the name of the first of these processes',
    kind: 'string',
    cut: 'end',
    least: 8,
    value: (row) => {
      const pids = listOwners(row);
      if (!isKnown(pids)) return pids;
      const [first] = pids;
      return first === undefined ? null : (row.wiring.index.process(first)?.comm ?? null);
    },
  },
  {
    name: 'redirected',
    header: 'REDIRECTED',
    meaning: 'which packets a rule sends elsewhere (DNAT, REDIRECT): own is any address of NETNS itself',
    kind: 'string',
    cut: 'end',
    least: 12,
    value: ofRedirect(({ redirect }) => describeTaken(redirect)),
  },
  {
    name: 'to',
    header: 'TO',
    meaning: 'the address and port that the packets get',
    kind: 'string',
    cut: 'end',
    least: 9,
    value: ofRedirect(({ redirect }) => describeDestination(redirect)),
  },
  {
    name: 'leadsTo',
    header: 'LEADS TO',
    meaning: 'who has that address: perhaps, where no route and wire was seen that leads there',
    kind: 'list',
    cut: 'middle',
    least: 12,
    value: ofRedirect((led, { wiring }) => describeEnds(led, wiring)),
    text: ({ led, wiring }) => (led ? describeEnds(led, wiring).join('; ') : '-'),
  },
  {
    name: 'conditions',
    header: 'CONDITIONS',
    meaning: 'what else must be so that the rule takes a packet; what is not understood is named as other conditions',
    kind: 'list',
    cut: 'end',
    least: 10,
    value: ofRedirect(({ redirect }) => describeConditions(redirect)),
    text: ({ led }) => (led ? describeConditions(led.redirect).join('; ') : '') || '-',
  },
  {
    name: 'rule',
    header: 'RULE',
    meaning: 'where the rule is: nf_tables or ip_tables, the table and the chain',
    kind: 'string',
    cut: 'end',
    value: ofRedirect(({ redirect: { by, table, chain } }) => `${by} ${table} ${chain}`),
  },
];
