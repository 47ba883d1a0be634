// The verb that shows network namespaces from within, and where their links lead.
import { failureOfAnswer } from '../help/exit-statuses.ts';
import { rowOptions } from '../options/reading-options.ts';
import { targetArgument } from '../options/target-argument.ts';
import type { ColumnMeaning, Verb } from '../options/verb.ts';

async function loadNetColumns(): Promise<readonly ColumnMeaning[]> {
  return (await import('../../render/columns/net-columns.ts')).netColumns;
}

export const netVerb = {
  name: 'net',
  summary: 'show links, addresses and sockets of network namespaces, and where each link and published port leads',
  details: [
    'For each link: its kind, state and addresses, and its other ends, with the namespace and the workload that they are in: the peer of a veth, the bridge, bond or VRF that it is a port of, what a macvlan, ipvlan, vlan or tunnel lies on, the processes that have a tun or tap device open, the device of the machine. Also where the other end is in a namespace that no process is in. Then the sockets that wait for whoever comes, with their processes, the routes, and how many neighbours, sockets and tracked connections there are.',
    'Without a TARGET it shows the network namespace that nscope is in; --all lists the links of all network namespaces, lo left out. --port, --link, --address and --mac search all of them, or those of TARGET. A process or a workload as TARGET stands for its network namespaces.',
    'Rules that change where packets go (DNAT and REDIRECT of nftables and iptables, as published ports of containers are) are listed where they are and where they lead, with the processes that answer there. A condition that is not understood is named; nothing is loaded or made to read them.',
    'The kernel names the namespace of an other end only by a number, which nscope looks up among all that it can enter. Where it finds none, it says so. Links are read by entering the namespace, which takes CAP_SYS_ADMIN over it; without that only sockets are shown of others.',
  ],
  arguments: [{ ...targetArgument, optional: true }],
  options: [
    { flags: '-a, --all', meaning: 'the links of all network namespaces' },
    { flags: '--port PORT', meaning: 'who waits on this port, and which rules send it elsewhere: 53, 53/udp' },
    { flags: '--link NAME', meaning: 'links of this name' },
    {
      flags: '--address ADDRESS',
      meaning: 'links with this IP address, or one in this network, and rules that name it: 10.0.0.7, fd00::/64',
    },
    { flags: '--mac MAC', meaning: 'links with this MAC' },
    ...rowOptions,
  ],
  examples: [
    { command: 'nscope net docker:web', meaning: 'where the eth0 of a container leads' },
    { command: 'nscope net --link veth12ab34c', meaning: 'whose veth this is' },
    { command: 'nscope net --port 53/udp', meaning: 'who answers on port 53, in any network namespace' },
    { command: 'nscope net --address 10.0.0.7', meaning: 'which namespace and workload has an address' },
    { command: `nscope net --all --filter 'kind == "macvlan"'`, meaning: 'all links of a kind' },
  ],
  statuses: [
    ['0', 'rows are shown'],
    ['1', 'nothing of that is there, or no row was chosen'],
    failureOfAnswer,
    ['3', 'cannot be told: nothing was found, and not all that was asked about could be read'],
  ],
  columns: loadNetColumns,
  reads: ['namespaces', 'tasks', 'files', 'queues', 'superblocks'],
} as const satisfies Verb;
