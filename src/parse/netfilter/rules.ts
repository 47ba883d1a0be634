// Rules that may change where a packet goes, as nf_tables and ip_tables both have them: chains of rules with conditions.

/**
 * What is compared of a packet. `in` and `out` are names of links, of 16 bytes; `daddrType` is what the destination is to
 * the network namespace, as RTN_LOCAL of rtnetlink(7).
 */
export type PacketField =
  | 'family'
  | 'protocol'
  | 'daddr'
  | 'saddr'
  | 'dport'
  | 'sport'
  | 'in'
  | 'out'
  | 'daddrType'
  | 'saddrType';

/** Both ends belong to it; of names and addresses the bytes as one number. */
export interface ValueRange {
  readonly first: bigint;
  readonly last: bigint;
}

/** That a field has one of these values, or none of them. */
export interface PacketCondition {
  readonly field: PacketField;
  /** How many bytes its values have: an address of 4 is another thing than one of 16. */
  readonly width: number;
  readonly not: boolean;
  readonly ranges: readonly ValueRange[];
}

/** Where a rule sends packets. */
export interface NatDestination {
  /** Undefined where the address stays, `own` for the network namespace itself, null where it is computed. */
  readonly address: (ValueRange & { readonly width: number }) | 'own' | null | undefined;
  /** Undefined where the port stays, null where it is computed. */
  readonly port: ValueRange | null | undefined;
  /** Addresses keep their last bits: prefix to prefix. */
  readonly isPrefix?: true;
}

export type Verdict =
  | { readonly kind: 'continue' | 'accept' | 'drop' | 'return' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }
  | { readonly kind: 'redirect'; readonly to: NatDestination };

/** What a packet must be. */
export interface Selection {
  readonly conditions: readonly PacketCondition[];
  /** Conditions that are not understood, by what the kernel calls them. */
  readonly others: readonly string[];
}

/** One way through a rule: one without maps has one. The ways exclude each other. */
export interface RuleWay extends Selection {
  readonly verdict: Verdict;
}

export type Rule = readonly RuleWay[];

/** A chain that the kernel calls by itself. */
export interface BaseChain {
  readonly chain: string;
  readonly hook: 'prerouting' | 'output';
  readonly priority: number;
  /** What no rule of it accepts. */
  readonly drops?: true;
}

/** One table. */
export interface RuleTable {
  /** As people name it: "ip nat", "inet netavark". */
  readonly name: string;
  readonly by: 'nf_tables' | 'ip_tables';
  readonly bases: readonly BaseChain[];
  readonly chains: ReadonlyMap<string, readonly Rule[]>;
  /** What holds of all packets that it sees: of one family. */
  readonly conditions: readonly PacketCondition[];
}

export function exactly(field: PacketField, width: number, value: number | bigint): PacketCondition {
  const number = BigInt(value);
  return { field, width, not: false, ranges: [{ first: number, last: number }] };
}

/** Bytes in the order of the network as one number. */
export function readBig(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

export function writeBig(value: bigint, width: number): Uint8Array {
  return Uint8Array.from({ length: width }, (_, at) => Number((value >> BigInt(8 * (width - 1 - at))) & 0xffn));
}

/** All values that begin with these bytes. */
export function beginningWith(bytes: Uint8Array, width: number): ValueRange {
  const rest = BigInt(8 * Math.max(width - bytes.length, 0));
  const first = readBig(bytes.subarray(0, width)) << rest;
  return { first, last: first | ((1n << rest) - 1n) };
}

/** A name of a link that ends with 0 is whole; else names begin with it. */
export function namedAs(bytes: Uint8Array, width: number): ValueRange {
  const end = bytes.indexOf(0);
  if (end < 0) return beginningWith(bytes, width);
  const { first } = beginningWith(bytes.subarray(0, end), width);
  return { first, last: first };
}

/** The values that have these bits under a mask; undefined where they are not one range. */
export function underMask(value: bigint, mask: bigint, width: number): ValueRange | undefined {
  const rest = ~mask & ((1n << BigInt(8 * width)) - 1n);
  return (rest & (rest + 1n)) === 0n ? { first: value & mask, last: (value & mask) | rest } : undefined;
}

/** IFNAMSIZ */
export const linkNameBytes = 16;
/** netfilter.h */
export const NF_INET_PRE_ROUTING = 0;
export const NF_INET_LOCAL_OUT = 3;
export const AF_INET = 2;
export const AF_INET6 = 10;
export const RTN_LOCAL = 2;
/** Flags of struct nf_nat_range2: nf_nat.h. */
export const NF_NAT_RANGE_MAP_IPS = 1;
export const NF_NAT_RANGE_PROTO_SPECIFIED = 2;
export const NF_NAT_RANGE_NETMAP = 64;
