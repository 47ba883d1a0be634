// Matches and targets of iptables, as ip_tables has them, and nf_tables where iptables-nft wrote them: packed structures.
import { isLittleEndian, sliceBytes, viewBytes } from '../netlink/messages.ts';
import {
  AF_INET,
  NF_NAT_RANGE_MAP_IPS,
  NF_NAT_RANGE_NETMAP,
  NF_NAT_RANGE_PROTO_SPECIFIED,
  type PacketCondition,
  readBig,
  type Selection,
  type ValueRange,
  type Verdict,
} from './rules.ts';

export interface XtExtension {
  readonly name: string;
  readonly revision: number;
  readonly info: Uint8Array;
  /** Of the table: AF_INET, AF_INET6; 1 for both. */
  readonly family: number;
}

/** Those that always match. */
const unconditional: ReadonlySet<string> = new Set(['comment']);

/** What a match demands; one that is not understood is one of `others`. */
export function readXtMatch(extension: XtExtension): Selection {
  const { name } = extension;
  if (unconditional.has(name)) return { conditions: [], others: [] };
  const read = name === 'tcp' || name === 'udp' ? readPorts : name === 'multiport' ? readMultiport : undefined;
  const conditions = name === 'addrtype' ? readAddressTypes(extension) : read?.(extension);
  return conditions ? { conditions, others: [] } : { conditions: [], others: [`match ${name}`] };
}

/** struct xt_tcp, struct xt_udp: ranges of ports in the order of the machine. */
function readPorts({ name, info }: XtExtension): readonly PacketCondition[] | undefined {
  if (info.length < (name === 'tcp' ? 12 : 9)) return undefined;
  const view = viewBytes(info);
  const inverse = view.getUint8(name === 'tcp' ? 11 : 8);
  // Flags and options of TCP: SYN alone, say.
  if (name === 'tcp' && (view.getUint8(8) !== 0 || view.getUint8(9) !== 0)) return undefined;
  return (['sport', 'dport'] as const).flatMap((field, at) => {
    const [first, last] = [readPort(view, 4 * at), readPort(view, 4 * at + 2)];
    const not = (inverse & (at + 1)) !== 0;
    return first === 0n && last === 0xffffn && !not ? [] : [{ field, width: 2, not, ranges: [{ first, last }] }];
  });
}

function readPort(view: DataView, at: number): bigint {
  return BigInt(view.getUint16(at, isLittleEndian));
}

/** struct xt_multiport_v1 */
function readMultiport({ revision, info }: XtExtension): readonly PacketCondition[] | undefined {
  if (revision !== 1 || info.length < 48) return undefined;
  const view = viewBytes(info);
  const [kind, count] = [view.getUint8(0), Math.min(view.getUint8(1), 15)];
  // Either of both ports is not one condition.
  if (kind > 1) return undefined;
  const ranges: ValueRange[] = [];
  for (let i = 0; i < count; i++) {
    const first = readPort(view, 2 + 2 * i);
    const goesOn = view.getUint8(32 + i) !== 0;
    ranges.push({ first, last: goesOn ? readPort(view, 2 + 2 * ++i) : first });
  }
  return [{ field: kind === 0 ? 'sport' : 'dport', width: 2, not: view.getUint8(47) !== 0, ranges }];
}

/** struct xt_addrtype_info_v1: a bit for each RTN_ type of rtnetlink(7). */
function readAddressTypes({ revision, info }: XtExtension): readonly PacketCondition[] | undefined {
  if (revision !== 1 || info.length < 8) return undefined;
  const view = viewBytes(info);
  const flags = view.getUint32(4, isLittleEndian);
  // The others ask about one link.
  if (flags > 3) return undefined;
  return (['saddrType', 'daddrType'] as const).flatMap((field, at) => {
    const bits = view.getUint16(2 * at, isLittleEndian);
    const ranges = Array.from({ length: 16 }, (_, type) => BigInt(type))
      .filter((type) => (bits & (1 << Number(type))) !== 0)
      .map((type) => ({ first: type, last: type }));
    return ranges.length === 0 ? [] : [{ field, width: 4, not: (flags & (at + 1)) !== 0, ranges }];
  });
}

/** @returns undefined for a target after which the next rule is asked, or that is not understood */
export function readXtTarget(extension: XtExtension): Verdict | undefined {
  const { name, info, family } = extension;
  switch (name) {
    case 'DNAT':
    case 'REDIRECT':
    case 'NETMAP': {
      const range = isOfIp4Alone(extension) ? readRange4(info) : readRange(info, family);
      const flags = range?.flags ?? 0;
      const isPrefix = name === 'NETMAP' || (flags & NF_NAT_RANGE_NETMAP) !== 0;
      const address =
        name === 'REDIRECT'
          ? 'own'
          : range === undefined
            ? null
            : flags & NF_NAT_RANGE_MAP_IPS
              ? range.address
              : undefined;
      const port = range === undefined ? null : flags & NF_NAT_RANGE_PROTO_SPECIFIED ? range.port : undefined;
      return { kind: 'redirect', to: { address, port, ...(isPrefix ? { isPrefix } : {}) } };
    }
    case 'ACCEPT':
    case 'SNAT':
    case 'MASQUERADE':
    // What a program that takes packets from a queue lets through comes to no other rule of the chain.
    case 'NFQUEUE':
      return { kind: 'accept' };
    case 'DROP':
    case 'REJECT':
      return { kind: 'drop' };
    default:
      return undefined;
  }
}

/** Revision 0 of IPv4 has the older structure. */
function isOfIp4Alone({ revision, family }: XtExtension): boolean {
  return revision === 0 && family === AF_INET;
}

interface NatRange {
  readonly flags: number;
  readonly address: ValueRange & { readonly width: number };
  readonly port: ValueRange;
}

/** struct nf_nat_ipv4_multi_range_compat, of which the kernel takes one range. */
function readRange4(info: Uint8Array): NatRange | undefined {
  if (info.length < 20) return undefined;
  const view = viewBytes(info);
  const read = (from: number, to: number) => readBig(sliceBytes(view, from, to));
  return {
    flags: view.getUint32(4, isLittleEndian),
    address: { first: read(8, 12), last: read(12, 16), width: 4 },
    port: { first: read(16, 18), last: read(18, 20) },
  };
}

/** struct nf_nat_range, nf_nat_range2 */
function readRange(info: Uint8Array, family: number): NatRange | undefined {
  if (info.length < 40) return undefined;
  const view = viewBytes(info);
  const width = family === AF_INET ? 4 : 16;
  const read = (from: number, bytes: number) => readBig(sliceBytes(view, from, from + bytes));
  return {
    flags: view.getUint32(0, isLittleEndian),
    address: { first: read(4, width), last: read(20, width), width },
    port: { first: read(36, 2), last: read(38, 2) },
  };
}
