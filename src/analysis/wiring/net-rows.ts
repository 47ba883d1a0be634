// What `nscope net` lists: links, sockets that wait for whoever comes, and rules that send packets elsewhere, each with the
// network namespace that it is in.
import { isKnown } from '../../model/snapshot/known.ts';
import type { ListeningSocket, Namespace, Network, Snapshot } from '../../model/snapshot/schema.ts';
import { SnapshotIndex } from '../graph/snapshot-index.ts';
import { Homes, keyOfNamespace, type NamespaceHome } from '../listing/namespace-home.ts';
import { type AddressRange, isInRange } from './addresses.ts';
import { concernsAddress, concernsPort, followRedirects, type LedRedirect } from './redirects.ts';
import { type WiredLink, wireLinks } from './wires.ts';

/** A link, a socket, or a rule that sends packets elsewhere. */
export interface NetRow {
  readonly network: Network;
  readonly wiring: Wiring;
  readonly wired?: WiredLink;
  readonly socket?: ListeningSocket;
  readonly led?: LedRedirect;
}

/** The networks of a snapshot, and whose each is. */
export class Wiring {
  readonly index: SnapshotIndex;
  readonly networks: readonly Network[];
  readonly #rows = new Map<number, { readonly links: readonly NetRow[]; readonly sockets: readonly NetRow[] }>();
  readonly #homes: Homes;
  readonly #wired: readonly WiredLink[];
  #redirects: readonly NetRow[] | undefined;

  constructor(snapshot: Snapshot, networks: readonly Network[], index = new SnapshotIndex(snapshot)) {
    this.index = index;
    this.networks = networks;
    this.#homes = new Homes(index, new Map(snapshot.namespaces.map((one) => [keyOfNamespace(one), one])));
    const byNetwork = new Map<number, WiredLink[]>(networks.map(({ inode }) => [inode, []]));
    this.#wired = wireLinks(networks);
    for (const wired of this.#wired) byNetwork.get(wired.inode)?.push(wired);
    for (const network of networks) {
      const { inode, listening } = network;
      this.#rows.set(inode, {
        links: (byNetwork.get(inode) ?? []).map((wired) => ({ network, wiring: this, wired })),
        sockets: isKnown(listening) ? listening.map((socket) => ({ network, wiring: this, socket })) : [],
      });
    }
  }

  linksOf({ inode }: Pick<Network, 'inode'>): readonly NetRow[] {
    return this.#rows.get(inode)?.links ?? [];
  }

  socketsOf({ inode }: Pick<Network, 'inode'>): readonly NetRow[] {
    return this.#rows.get(inode)?.sockets ?? [];
  }

  /** Rules of these networks, and those of others that lead there. */
  redirectsOf(networks: readonly Network[]): readonly NetRow[] {
    this.#redirects ??= followRedirects(this.networks, this.#wired).map((led) => ({
      network: led.network,
      wiring: this,
      led,
    }));
    const wanted = new Set(networks);
    return this.#redirects.filter(
      ({ network, led }) => wanted.has(network) || led?.ends.some((end) => wanted.has(end.network)),
    );
  }

  namespaceOf(inode: number): Namespace | undefined {
    return this.index.namespace('net', inode);
  }

  homeOf(inode: number): NamespaceHome | undefined {
    const namespace = this.namespaceOf(inode);
    return namespace && this.#homes.of(namespace);
  }
}

/** What is looked for, by what people have of it. */
export type NetSearch =
  | { readonly by: 'link'; readonly name: string }
  | { readonly by: 'mac'; readonly mac: string }
  | { readonly by: 'address'; readonly range: AddressRange }
  | { readonly by: 'port'; readonly port: number; readonly protocol: ListeningSocket['protocol'] | undefined };

/** Links with that name, MAC or address, or sockets with that port; and rules that name the address or the port. */
export function searchNetworks(wiring: Wiring, networks: readonly Network[], search: NetSearch): readonly NetRow[] {
  const isNamed = ({ redirect }: LedRedirect) =>
    search.by === 'port'
      ? concernsPort(redirect, search.port, search.protocol)
      : search.by === 'address' && concernsAddress(redirect, search.range);
  const redirects = wiring.redirectsOf(networks).filter(({ led }) => led && isNamed(led));
  return [...searchRows(wiring, networks, search), ...redirects];
}

function searchRows(wiring: Wiring, networks: readonly Network[], search: NetSearch): readonly NetRow[] {
  return networks.flatMap((network) => {
    if (search.by === 'port')
      return wiring
        .socketsOf(network)
        .filter(
          ({ socket }) =>
            socket?.port === search.port && (search.protocol === undefined || socket.protocol === search.protocol),
        );
    return wiring.linksOf(network).filter((row) => isMeant(row, search));
  });
}

function isMeant({ network, wired }: NetRow, search: Exclude<NetSearch, { readonly by: 'port' }>): boolean {
  if (!wired) return false;
  const { link } = wired;
  if (search.by === 'link') return link.name === search.name || link.altNames.includes(search.name);
  if (search.by === 'mac') return link.mac === search.mac;
  return listAddresses(network, link.index).some(({ address }) => isInRange(address, search.range));
}

type Addresses = Extract<Network['addresses'], readonly unknown[]>;

/** The addresses of a link. */
export function listAddresses({ addresses }: Network, index: number): Addresses {
  return isKnown(addresses) ? addresses.filter(({ link }) => link === index) : [];
}

/** Without `lo`, unless that is all that there is. */
export function leaveOutLoopback(rows: readonly NetRow[]): readonly NetRow[] {
  const others = rows.filter(({ wired }) => wired === undefined || (wired.link.flags & loopbackFlag) === 0);
  return others.length > 0 ? others : rows;
}

/** IFF_LOOPBACK of netdevice(7). */
const loopbackFlag = 8;
