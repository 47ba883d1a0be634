// The columns of nscope net: of links, and of sockets that wait for whoever comes.
import { listAddresses, type NetRow } from '../../analysis/wiring/net-rows.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { nameNetwork } from '../wiring/network-words.ts';
import { describeWires } from '../wiring/wire-words.ts';
import type { Cell, Column } from './columns.ts';

type NetColumn = Column<NetRow>;

function ofLink(read: (link: NonNullable<NetRow['wired']>['link']) => Cell): (row: NetRow) => Cell {
  return ({ wired }) => (wired ? read(wired.link) : null);
}

function ofSocket(read: (socket: NonNullable<NetRow['socket']>) => Cell): (row: NetRow) => Cell {
  return ({ socket }) => (socket ? read(socket) : null);
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
    meaning: 'of a socket: tcp or udp',
    kind: 'string',
    value: ofSocket(({ protocol }) => protocol),
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
    meaning: 'the processes that have the socket open',
    kind: 'list',
    cut: 'end',
    value: ofSocket(({ owners }) => (isKnown(owners) ? owners.map(({ pid }) => String(pid)) : owners)),
    text: ({ socket }) => {
      if (!socket || !isKnown(socket.owners)) return socket ? '?' : '-';
      return socket.owners.map(({ pid }) => pid).join(' ') || '-';
    },
  },
  {
    name: 'command',
    header: 'COMMAND',
    meaning: 'the name of the first of these processes',
    kind: 'string',
    cut: 'end',
    least: 8,
    value: ({ socket, wiring }) => {
      if (!socket) return null;
      if (!isKnown(socket.owners)) return socket.owners;
      const [first] = socket.owners;
      return (first && wiring.index.process(first.pid)?.comm) ?? null;
    },
  },
];
