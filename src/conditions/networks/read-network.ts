// What one network namespace has besides links: what netlink and the files of /proc/net gave, as a snapshot has it.
import { nameErrno } from '../../kernel/addon/syscall-error.ts';
import type { NetworkQuestion } from '../../kernel/net/ask-networks.ts';
import { isKnown, type Known, notAsked, type Unknown, unknownFromErrno } from '../../model/snapshot/known.ts';
import type { ListeningSocket, Network } from '../../model/snapshot/schema.ts';
import { buildChainDump } from '../../parse/netfilter/nft-messages.ts';
import {
  buildAddressDump,
  buildNeighbourDump,
  buildRouteDump,
  countNeighbours,
  parseAddresses,
  parseRoutes,
  type RouteRecord,
} from '../../parse/netlink/addresses.ts';
import type { MessageEnd } from '../../parse/netlink/messages.ts';
import { parseListening, parseSocketCounts } from '../../parse/netlink/net-sockets.ts';
import { buildLinkDump } from '../../parse/netlink/rtnetlink.ts';
import type { OpenSockets } from './open-sockets.ts';
import type { FilterAnswers } from './read-redirects.ts';

const dumps = [buildLinkDump(1), buildAddressDump(2), buildRouteDump(3), buildNeighbourDump(4)];

/** Files about sockets, which show the network namespace of a process as well: anybody may read them. */
export const socketFiles = ['tcp', 'tcp6', 'udp', 'udp6', 'sockstat', 'sockstat6'] as const;

const files = [
  ...socketFiles.map((name) => `/proc/thread-self/net/${name}`),
  '/proc/sys/net/netfilter/nf_conntrack_count',
  '/proc/thread-self/net/ip_tables_names',
  '/proc/thread-self/net/ip6_tables_names',
];

/**
 * What is asked of each network namespace, and how large an answer may be: half a million routes.
 * @param hasNfTables - whether it can be asked for chains of nf_tables
 */
export function buildNetworkQuestion(hasNfTables: boolean): NetworkQuestion {
  return { dumps, filterDumps: hasNfTables ? [buildChainDump(1)] : [], files, maxBytes: 64 << 20 };
}

/** Answers in the order of the question. */
export type NetworkAnswers = readonly Known<Uint8Array>[];

/** What says which rules there are. */
export function pickFilterAnswers(answers: NetworkAnswers): Omit<FilterAnswers, 'path'> {
  const [four = notAsked, six = notAsked] = answers.slice(-2).map(toText);
  return {
    chains: answers.length > dumps.length + files.length ? answers[dumps.length] : undefined,
    names: [four, six],
  };
}

/** All that is not about links and rules. */
export type Rest = Omit<Network, 'inode' | 'links' | 'redirects'>;

const maxRoutes = 100;

export function readRest(answers: NetworkAnswers, sockets: () => OpenSockets): Rest {
  const [, addresses = notAsked, routes = notAsked, neighbours = notAsked] = answers;
  return {
    addresses: decode(addresses, parseAddresses, ({ records }) =>
      records.map(({ index, address, prefixLength }) => ({ link: index, address, prefix: prefixLength })),
    ),
    routes: decode(routes, parseRoutes, ({ records, done }) => ({
      count: records.length,
      ...(done ? {} : { cut: true as const }),
      list: chooseRoutes(records),
    })),
    neighbours: decode(neighbours, countNeighbours, ({ count, done }) => ({
      count,
      ...(done ? {} : { cut: true as const }),
    })),
    ...readSockets(answers.slice(-files.length).map(toText), sockets),
  };
}

/** @param texts - of the files about sockets, and how many connections are tracked */
export function readSockets(
  texts: readonly Known<string>[],
  sockets: () => OpenSockets,
): Pick<Rest, 'listening' | 'sockets' | 'conntrack'> {
  const [tcp = notAsked, tcp6 = notAsked, udp = notAsked, udp6 = notAsked, counts = notAsked, counts6, conntrack] =
    texts;
  return {
    listening: readListening({ tcp: [tcp, tcp6], udp: [udp, udp6] }, sockets),
    sockets: isKnown(counts) ? parseSocketCounts([counts, counts6 && isKnown(counts6) ? counts6 : '']) : counts,
    conntrack: readConntrack(conntrack),
  };
}

const noConntrack: Unknown = Object.freeze({ unknown: 'unsupported', detail: 'this kernel tracks no connections' });

function readConntrack(text: Known<string> = notAsked): Known<number> {
  if (isKnown(text)) return Number(text);
  return text.errno === 'ENOENT' ? noConntrack : text;
}

function toText(answer: Known<Uint8Array>): Known<string> {
  return isKnown(answer) ? Buffer.from(answer).toString('latin1') : answer;
}

function decode<A extends MessageEnd, T>(
  answer: Known<Uint8Array>,
  parse: (bytes: Uint8Array) => A,
  describe: (parsed: A) => T,
): Known<T> {
  if (!isKnown(answer)) return answer;
  const parsed = parse(answer);
  return parsed.errno === 0 ? describe(parsed) : unknownFromErrno(nameErrno(parsed.errno));
}

function chooseRoutes(records: readonly RouteRecord[]) {
  const isDefault = ({ to }: RouteRecord) => to === 'default';
  const chosen = [...records.filter(isDefault), ...records.filter((route) => !isDefault(route))].slice(0, maxRoutes);
  return chosen.map(({ family, to, via, index, table, kind }) => ({
    ...{ family, to, table, kind },
    ...(via === undefined ? {} : { via }),
    ...(index === undefined ? {} : { link: index }),
  }));
}

/** A kernel without IPv6 has no tcp6. */
function readListening(
  { tcp, udp }: Readonly<Record<ListeningSocket['protocol'], readonly Known<string>[]>>,
  sockets: () => OpenSockets,
): Known<readonly ListeningSocket[]> {
  const [first = notAsked] = tcp;
  if (!isKnown(first)) return first;
  const found = (['tcp', 'udp'] as const).flatMap((protocol) =>
    (protocol === 'tcp' ? tcp : udp)
      .filter(isKnown)
      .flatMap((text) => parseListening(text, protocol).map((socket) => ({ protocol, ...socket }))),
  );
  return found.map((socket) => ({ ...socket, owners: sockets().ownersOf(socket.socket) }));
}
