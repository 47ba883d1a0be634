// Where the links of network namespaces lead: each with its other ends. One pass over all links, and one over their ends.
import { isKnown, type Known, notAsked } from '../../model/snapshot/known.ts';
import type { Network, NetworkLink } from '../../model/snapshot/schema.ts';

/**
 * What an end is to a link: `peer` the other end of a veth; `below` what it sends through, of a macvlan, vlan or tunnel;
 * `above` the same from the other side; `master` the bridge, bond or VRF that it is a port of, `port` the other way round;
 * `made-in` the network namespace that a moved tunnel sends from; `process` who has the tun or tap device open; `device`
 * what of the machine is behind it.
 */
export type WireRole = 'peer' | 'below' | 'above' | 'master' | 'port' | 'made-in' | 'process' | 'device';

export interface WireEnd {
  readonly role: WireRole;
  /** The network namespace of the end; of processes and devices that of the link itself. */
  readonly inode: Known<number>;
  /** The link there; undefined where it was not seen, or the end is not a link. */
  readonly link?: NetworkLink;
  /** Its ifindex, also where the link itself was not seen. */
  readonly index?: number;
  readonly pid?: number;
  readonly device?: string;
}

export interface WiredLink {
  readonly inode: number;
  readonly link: NetworkLink;
  readonly ends: readonly WireEnd[];
}

/** The links of all networks, in their order; of those whose links are not known none. */
export function wireLinks(networks: readonly Network[]): readonly WiredLink[] {
  const wired: (WiredLink & { readonly ends: WireEnd[] })[] = [];
  const places = new Map<number, Map<number, (typeof wired)[number]>>();
  for (const { inode, links } of networks)
    if (isKnown(links)) {
      const byIndex = new Map<number, (typeof wired)[number]>();
      places.set(inode, byIndex);
      for (const link of links) {
        const one = { inode, link, ends: [] };
        wired.push(one);
        byIndex.set(link.index, one);
      }
    }
  const find = (at: Known<number>, index: number) => (isKnown(at) ? places.get(at)?.get(index) : undefined);
  for (const { inode, link, ends } of wired) {
    const { peer, madeIn, master, device, openedBy = none } = link;
    if (peer) {
      const other = find(peer.inode, peer.index);
      // Only a veth has an end that knows it.
      const isPair = pairs.has(link.kind);
      ends.push(describeEnd(isPair ? 'peer' : 'below', peer.inode, peer.index, other?.link));
      if (!isPair) other?.ends.push(describeEnd('above', inode, link.index, link));
    }
    if (madeIn) ends.push({ role: 'made-in', inode: madeIn.inode });
    if (master !== undefined) {
      const other = find(inode, master);
      ends.push(describeEnd('master', inode, master, other?.link));
      other?.ends.push(describeEnd('port', inode, link.index, link));
    }
    for (const { pid } of openedBy) ends.push({ role: 'process', inode, pid });
    if (device !== undefined) ends.push({ role: 'device', inode, device });
  }
  return wired;
}

/** Kinds that come in pairs. */
const pairs: ReadonlySet<string> = new Set(['veth', 'netkit', 'vxcan']);

const none: NonNullable<NetworkLink['openedBy']> = [];

function describeEnd(role: WireRole, inode: Known<number>, index: number, link: NetworkLink | undefined): WireEnd {
  return link === undefined ? { role, inode, index } : { role, inode, index, link };
}

/** The networks of a snapshot; `notAsked` where it was taken without them. */
export function listNetworks({
  conditions,
}: {
  readonly conditions?: { readonly networks?: Known<readonly Network[]> } | undefined;
}): Known<readonly Network[]> {
  return conditions?.networks ?? notAsked;
}
