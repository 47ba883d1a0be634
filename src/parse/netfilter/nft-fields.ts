// What the expressions of nf_tables load into registers: parts of packets, and what the kernel knows of these.
import { isLittleEndian } from '../netlink/messages.ts';
import { type NftExpression, readNumber } from './nft-messages.ts';
import type { LoadedField } from './nft-registers.ts';
import { AF_INET, AF_INET6, linkNameBytes, type PacketCondition, type PacketField } from './rules.ts';

/** include/uapi/linux/netfilter/nf_tables.h */
const NFTA_PAYLOAD_BASE = 2;
const NFTA_PAYLOAD_OFFSET = 3;
const NFTA_PAYLOAD_LEN = 4;
const NFT_PAYLOAD_NETWORK_HEADER = 1;
const NFT_PAYLOAD_TRANSPORT_HEADER = 2;
const NFTA_META_KEY = 2;
const NFTA_FIB_RESULT = 2;
const NFTA_FIB_FLAGS = 3;
const NFT_FIB_RESULT_ADDRTYPE = 3;
const NFTA_FIB_F_SADDR = 1;
const NFTA_FIB_F_DADDR = 2;

type Place = readonly [offset: number, width: number, field: PacketField];

/** Where the fields lie in the header of the network, by family: the same place holds other things in the other family. */
const networkPlaces: Readonly<Record<number, readonly Place[]>> = {
  [AF_INET]: [
    [9, 1, 'protocol'],
    [12, 4, 'saddr'],
    [16, 4, 'daddr'],
  ],
  [AF_INET6]: [
    [6, 1, 'protocol'],
    [8, 16, 'saddr'],
    [24, 16, 'daddr'],
  ],
};

const portPlaces: readonly Place[] = [
  [0, 2, 'sport'],
  [2, 2, 'dport'],
];

/** IPPROTO_TCP, UDP, DCCP, SCTP, UDPLITE: their headers begin with both ports. */
const protocolsWithPorts: readonly bigint[] = [6n, 17n, 33n, 132n, 136n];

/** enum nft_meta_keys; those that are compared alone are understood. */
const metas: Readonly<Record<number, readonly [name: string, width: number, field?: PacketField]>> = {
  3: ['mark', 4],
  4: ['iif', 4],
  5: ['oif', 4],
  6: ['iifname', linkNameBytes, 'in'],
  7: ['oifname', linkNameBytes, 'out'],
  10: ['skuid', 4],
  11: ['skgid', 4],
  15: ['nfproto', 1, 'family'],
  16: ['l4proto', 1, 'protocol'],
};

/**
 * @param conditions - what is known of the packet already: its family, its protocol
 * @returns undefined for an expression that loads nothing of this kind
 */
export function findField(
  { name, attributes }: NftExpression,
  conditions: readonly PacketCondition[],
): LoadedField | undefined {
  if (name === 'payload') return findPayload(attributes, conditions);
  if (name === 'meta') return findMeta(readNumber(attributes.get(NFTA_META_KEY)));
  if (name === 'fib') return findAddressType(attributes);
  return undefined;
}

function findPayload(attributes: ReadonlyMap<number, Uint8Array>, conditions: readonly PacketCondition[]): LoadedField {
  const base = readNumber(attributes.get(NFTA_PAYLOAD_BASE));
  const offset = readNumber(attributes.get(NFTA_PAYLOAD_OFFSET));
  const loaded = readNumber(attributes.get(NFTA_PAYLOAD_LEN));
  const places = listPlaces(base, conditions);
  const found = places.find(([start, width]) => start === offset && loaded <= width);
  if (!found) return { field: undefined, name: `${headers[base] ?? 'payload'} ${offset}`, width: loaded, loaded };
  const [, width, field] = found;
  return { field, name: field, width, loaded };
}

function listPlaces(base: number, conditions: readonly PacketCondition[]): readonly Place[] {
  if (base === NFT_PAYLOAD_NETWORK_HEADER) {
    const family = conditions.find(({ field, not }) => field === 'family' && !not);
    const [range, ...more] = family?.ranges ?? [];
    return range && more.length === 0 && range.first === range.last ? (networkPlaces[Number(range.first)] ?? []) : [];
  }
  if (base !== NFT_PAYLOAD_TRANSPORT_HEADER) return [];
  const protocol = conditions.find(({ field, not }) => field === 'protocol' && !not);
  const hasPorts = protocol?.ranges.every(({ first, last }) => first === last && protocolsWithPorts.includes(first));
  return (hasPorts ?? true) ? portPlaces : [];
}

const headers = ['link header', 'network header', 'transport header'] as const;

function findMeta(key: number): LoadedField {
  const [name, width, field] = metas[key] ?? [`${key}`, 4];
  return { field, name: `meta ${name}`, width, loaded: width };
}

/** What an address is to the network namespace: as fib_lookup() says. */
function findAddressType(attributes: ReadonlyMap<number, Uint8Array>): LoadedField {
  const flags = readNumber(attributes.get(NFTA_FIB_FLAGS));
  const isType = readNumber(attributes.get(NFTA_FIB_RESULT)) === NFT_FIB_RESULT_ADDRTYPE;
  const field =
    isType && flags === NFTA_FIB_F_DADDR ? 'daddrType' : isType && flags === NFTA_FIB_F_SADDR ? 'saddrType' : undefined;
  return { field, name: 'fib', width: 4, loaded: 4, ...(isLittleEndian ? { isOfHost: true } : {}) };
}
