// Addresses, routes and neighbours of a network namespace: dumps of rtnetlink(7).
import {
  buildMessage,
  checkBody,
  isLittleEndian,
  type MessageEnd,
  NLM_F_DUMP,
  NLM_F_REQUEST,
  readInt32,
  readUint32,
  sliceBytes,
  viewBytes,
  walkAttributes,
  walkMessages,
} from './messages.ts';

/** include/uapi/linux/rtnetlink.h, if_addr.h. */
const RTM_NEWADDR = 20;
const RTM_GETADDR = 22;
const RTM_NEWROUTE = 24;
const RTM_GETROUTE = 26;
const RTM_NEWNEIGH = 28;
const RTM_GETNEIGH = 30;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const RTA_DST = 1;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RTA_TABLE = 15;
const RTM_F_CLONED = 0x200;
const RTN_UNICAST = 1;
const RTN_LOCAL = 2;
const RTN_BLACKHOLE = 6;
const RTN_PROHIBIT = 8;
const NUD_NOARP = 0x40;
const AF_INET = 2;
const AF_INET6 = 10;
const tableOfLocal = 255;

const addressBytes = 8;
const routeBytes = 12;
const neighbourBytes = 12;

/** Addresses of both families, as all of these. */
export function buildAddressDump(sequence: number): Uint8Array {
  return buildMessage(RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP, sequence, new Uint8Array(addressBytes));
}

export function buildRouteDump(sequence: number): Uint8Array {
  return buildMessage(RTM_GETROUTE, NLM_F_REQUEST | NLM_F_DUMP, sequence, new Uint8Array(routeBytes));
}

export function buildNeighbourDump(sequence: number): Uint8Array {
  return buildMessage(RTM_GETNEIGH, NLM_F_REQUEST | NLM_F_DUMP, sequence, new Uint8Array(neighbourBytes));
}

export interface AddressRecord {
  /** Of the link that has it. */
  readonly index: number;
  /** "10.0.0.7", "fe80::1". */
  readonly address: string;
  readonly prefixLength: number;
}

export interface RouteRecord {
  readonly family: 4 | 6;
  /** "default", or as "10.0.0.0/24". */
  readonly to: string;
  readonly via: string | undefined;
  /** Of the link that it leaves by. */
  readonly index: number | undefined;
  readonly table: number;
  readonly kind: 'unicast' | 'blackhole' | 'unreachable' | 'prohibit';
}

interface Dump<T> extends MessageEnd {
  readonly records: readonly T[];
}

/** @throws MalformedError */
export function parseAddresses(bytes: Uint8Array): Dump<AddressRecord> {
  const view = viewBytes(bytes);
  const records: AddressRecord[] = [];
  const end = walkMessages(view, (type, body, stop) => {
    if (type !== RTM_NEWADDR) return false;
    checkBody(body, stop, addressBytes, 'an address');
    let address = '';
    let local = '';
    walkAttributes(view, body + addressBytes, stop, (attribute, from, to) => {
      if (attribute === IFA_ADDRESS) address = formatIp(sliceBytes(view, from, to));
      else if (attribute === IFA_LOCAL) local = formatIp(sliceBytes(view, from, to));
    });
    const index = view.getUint32(body + 4, isLittleEndian);
    // Of a point-to-point link IFA_ADDRESS is that of the other end.
    if (local !== '' || address !== '')
      records.push({ index, address: local || address, prefixLength: view.getUint8(body + 1) });
    return false;
  });
  return { ...end, records };
}

/** Routes that packets may take: those to own addresses, broadcast and multicast, and cached ones are left out. */
export function parseRoutes(bytes: Uint8Array): Dump<RouteRecord> {
  const view = viewBytes(bytes);
  const records: RouteRecord[] = [];
  const end = walkMessages(view, (type, body, stop) => {
    if (type !== RTM_NEWROUTE) return false;
    checkBody(body, stop, routeBytes, 'a route');
    const kind = readRouteKind(view.getUint8(body + 7));
    const family = view.getUint8(body);
    if (kind === undefined || (family !== AF_INET && family !== AF_INET6)) return false;
    if ((view.getUint32(body + 8, isLittleEndian) & RTM_F_CLONED) !== 0) return false;
    const route = readRoute(view, body, stop);
    if (route.table !== tableOfLocal) records.push({ family: family === AF_INET ? 4 : 6, kind, ...route });
    return false;
  });
  return { ...end, records };
}

function readRouteKind(type: number): RouteRecord['kind'] | undefined {
  if (type === RTN_UNICAST) return 'unicast';
  if (type <= RTN_LOCAL || type < RTN_BLACKHOLE || type > RTN_PROHIBIT) return undefined;
  return (['blackhole', 'unreachable', 'prohibit'] as const)[type - RTN_BLACKHOLE];
}

function readRoute(view: DataView, body: number, stop: number): Omit<RouteRecord, 'family' | 'kind'> {
  const prefixLength = view.getUint8(body + 1);
  let to = prefixLength === 0 ? 'default' : '';
  let via: string | undefined;
  let index: number | undefined;
  let table = view.getUint8(body + 4);
  walkAttributes(view, body + routeBytes, stop, (attribute, from, end) => {
    if (attribute === RTA_DST) to = `${formatIp(sliceBytes(view, from, end))}/${prefixLength}`;
    else if (attribute === RTA_GATEWAY) via = formatIp(sliceBytes(view, from, end));
    else if (attribute === RTA_OIF) index = readInt32(view, from, end, 'the index of a link');
    else if (attribute === RTA_TABLE) table = readUint32(view, from, end, 'a table');
  });
  return { to, via, index, table };
}

/** How many neighbours there are; those that the kernel made without asking anybody are left out, as ip does. */
export function countNeighbours(bytes: Uint8Array): MessageEnd & { readonly count: number } {
  const view = viewBytes(bytes);
  let count = 0;
  const end = walkMessages(view, (type, body, stop) => {
    if (type !== RTM_NEWNEIGH) return false;
    checkBody(body, stop, neighbourBytes, 'a neighbour');
    const family = view.getUint8(body);
    const state = view.getUint16(body + 8, isLittleEndian);
    if ((family === AF_INET || family === AF_INET6) && (state & NUD_NOARP) === 0) count++;
    return false;
  });
  return { ...end, count };
}

/** An address of 4 or 16 bytes as inet_ntop(3) writes it. */
export function formatIp(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) return '';
  const words = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0));
  if (words.slice(0, 5).every((word) => word === 0) && words[5] === 0xffff)
    return `::ffff:${bytes.subarray(12).join('.')}`;
  return shortenIp6(words);
}

/** RFC 5952: the longest run of zeros, the first of equal ones, becomes "::"; one alone does not. */
function shortenIp6(words: readonly number[]): string {
  let best = { from: 0, length: 0 };
  for (let from = 0; from < words.length; from++) {
    let length = 0;
    while (words[from + length] === 0) length++;
    if (length > best.length) best = { from, length };
    from += length;
  }
  const write = (some: readonly number[]) => some.map((word) => word.toString(16)).join(':');
  if (best.length < 2) return write(words);
  return `${write(words.slice(0, best.from))}::${write(words.slice(best.from + best.length))}`;
}
