// Which network namespaces share a wire: links that frames pass between without a router.

import { append } from '../../model/collections/append.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { Network, NetworkLink, NetworkRoute } from '../../model/snapshot/schema.ts';
import { type AddressRange, overlap, parseAddressRange } from './addresses.ts';
import type { WiredLink, WireEnd } from './wires.ts';

/** Masters that pass frames on between their ports. */
const passing: ReadonlySet<string> = new Set(['bridge', 'bond', 'team', 'openvswitch']);
/** Links that have the wire of what they lie on. */
const sharing: ReadonlySet<string> = new Set(['macvlan', 'macvtap', 'ipvlan', 'ipvtap']);

/** A network namespace with an address that is on the way. */
interface Place {
  readonly network: Network;
  /** Of the link that has the address. */
  readonly index: number;
}

const maxHops = 8;

export class Segments {
  /** Each address once, parsed: there may be thousands of rules. */
  readonly #addresses: { readonly range: AddressRange; readonly place: Place }[] = [];
  readonly #byAddress = new Map<string, Place[]>();
  readonly #routes = new Map<Network, readonly ParsedRoute[]>();
  readonly #wired: ReadonlyMap<string, WiredLink>;
  readonly #found = new Map<string, ReadonlySet<string>>();

  constructor(networks: readonly Network[], wired: readonly WiredLink[]) {
    this.#wired = new Map(wired.map((one) => [keyOf(one.inode, one.link.index), one]));
    for (const network of networks)
      for (const { address, link } of isKnown(network.addresses) ? network.addresses : []) {
        const range = parseAddressRange(address);
        if (!range) continue;
        const place = { network, index: link };
        this.#addresses.push({ range, place });
        append(this.#byAddress, keyOfAddress(range), place);
      }
  }

  /** All network namespaces with one of these addresses. */
  listWith(range: AddressRange): readonly Place[] {
    if (range.first === range.last) return this.#byAddress.get(keyOfAddress(range)) ?? [];
    return this.#addresses.flatMap((one) => (overlap(one.range, range) ? [one.place] : []));
  }

  /** Those of them that packets from a network namespace come to by its routes and by wires that were seen. */
  listReached(from: Network, range: AddressRange): readonly Place[] {
    const places = this.listWith(range);
    let router = from;
    for (let hop = 0; hop < maxHops && places.length > 0; hop++) {
      const own = places.filter(({ network }) => network === router);
      if (own.length > 0) return own;
      const route = this.#findRoute(router, range);
      // A longer prefix that is blocked lets nothing through to a shorter one.
      if (route?.link === undefined || route.kind !== 'unicast') return [];
      const segment = this.#segment(router.inode, route.link);
      const isThere = ({ network, index }: Place) => segment.has(keyOf(network.inode, index));
      if (route.via === undefined) return places.filter(isThere);
      const gateway = parseAddressRange(route.via);
      const next = gateway && this.listWith(gateway).find(isThere);
      if (!next || next.network === router) return [];
      router = next.network;
    }
    return [];
  }

  #findRoute(network: Network, { family, first }: AddressRange): NetworkRoute | undefined {
    let routes = this.#routes.get(network);
    if (!routes) {
      routes = parseRoutes(network);
      this.#routes.set(network, routes);
    }
    return routes.find(
      ({ route, range }) => route.family === family && (!range || (range.first <= first && first <= range.last)),
    )?.route;
  }

  #segment(inode: number, index: number): ReadonlySet<string> {
    const start = keyOf(inode, index);
    const known = this.#found.get(start);
    if (known) return known;
    const found = new Set([start]);
    for (const key of found) {
      const wired = this.#wired.get(key);
      for (const end of wired?.ends ?? [])
        if (wired && isKnown(end.inode) && end.link && isPassed(wired.link, end, end.link))
          found.add(keyOf(end.inode, end.link.index));
    }
    for (const key of found) this.#found.set(key, found);
    return found;
  }
}

function isPassed(link: NetworkLink, { role }: WireEnd, other: NetworkLink): boolean {
  switch (role) {
    case 'peer':
      return true;
    case 'master':
      return passing.has(other.kind);
    case 'port':
      return passing.has(link.kind);
    case 'below':
      return sharing.has(link.kind);
    case 'above':
      return sharing.has(other.kind);
    default:
      return false;
  }
}

interface ParsedRoute {
  readonly route: NetworkRoute;
  /** Undefined for the default route. */
  readonly range: AddressRange | undefined;
}

/** Of the main table, those with the longest prefix first. */
function parseRoutes({ routes }: Network): readonly ParsedRoute[] {
  // Of more routes the one with the longest prefix may be missing.
  if (!isKnown(routes) || routes.count > routes.list.length) return [];
  const parsed = routes.list.flatMap((route) => {
    if (route.table !== mainTable) return [];
    const range = route.to === 'default' ? undefined : parseAddressRange(route.to);
    return range || route.to === 'default' ? [{ route, range }] : [];
  });
  const sizeOf = ({ range }: ParsedRoute) => (range ? range.last - range.first : undefined);
  return parsed.sort((a, b) => {
    const [one, other] = [sizeOf(a), sizeOf(b)];
    if (one === other) return 0;
    return one !== undefined && (other === undefined || one < other) ? -1 : 1;
  });
}

const mainTable = 254;

function keyOf(inode: number, index: number): string {
  return `${inode} ${index}`;
}

function keyOfAddress({ family, first }: AddressRange): string {
  return `${family} ${first}`;
}
