// Which network namespaces share a wire: links that frames pass between without a router.
import { isKnown } from '../../model/snapshot/known.ts';
import type { Network, NetworkLink } from '../../model/snapshot/schema.ts';
import { type AddressRange, isInRange, parseAddressRange } from './addresses.ts';
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
  readonly #networks: readonly Network[];
  readonly #wired: ReadonlyMap<string, WiredLink>;
  readonly #found = new Map<string, ReadonlySet<string>>();

  constructor(networks: readonly Network[], wired: readonly WiredLink[]) {
    this.#networks = networks;
    this.#wired = new Map(wired.map((one) => [keyOf(one.inode, one.link.index), one]));
  }

  /** All network namespaces with one of these addresses. */
  listWith(range: AddressRange): readonly Place[] {
    return this.#networks.flatMap((network) =>
      isKnown(network.addresses)
        ? network.addresses
            .filter(({ address }) => isInRange(address, range))
            .map(({ link }) => ({ network, index: link }))
        : [],
    );
  }

  /** Those of them that packets from a network namespace come to by its routes and by wires that were seen. */
  listReached(from: Network, range: AddressRange): readonly Place[] {
    const places = this.listWith(range);
    let router = from;
    for (let hop = 0; hop < maxHops && places.length > 0; hop++) {
      const own = places.filter(({ network }) => network === router);
      if (own.length > 0) return own;
      const route = findRoute(router, range);
      if (route?.link === undefined) return [];
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

/** The route with the longest prefix, of the main table. */
function findRoute({ routes }: Network, { family, first }: AddressRange) {
  if (!isKnown(routes)) return undefined;
  const fitting = routes.list.flatMap((route) => {
    if (route.family !== family || route.table !== mainTable || route.kind !== 'unicast') return [];
    const range = route.to === 'default' ? undefined : parseAddressRange(route.to);
    if (route.to !== 'default' && !(range && range.first <= first && first <= range.last)) return [];
    return [{ route, size: range ? range.last - range.first : undefined }];
  });
  const isSmaller = (a: bigint | undefined, b: bigint | undefined) => a !== undefined && (b === undefined || a < b);
  return fitting.sort((a, b) => (isSmaller(a.size, b.size) ? -1 : isSmaller(b.size, a.size) ? 1 : 0))[0]?.route;
}

const mainTable = 254;

function keyOf(inode: number, index: number): string {
  return `${inode} ${index}`;
}
