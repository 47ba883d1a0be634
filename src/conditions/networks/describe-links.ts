// Links as a snapshot has them: the numbers of other namespaces became inodes.
import type { Known, Unknown } from '../../model/snapshot/known.ts';
import type { NetworkLink } from '../../model/snapshot/schema.ts';
import { type LinkRecord, noDetails } from '../../parse/netlink/link.ts';

const ending: Unknown = Object.freeze({ unknown: 'gone', detail: 'that network namespace is ending' });

/** @param resolve - the inode of the namespace that has this number, or undefined */
export function describeLink(
  link: LinkRecord,
  own: number,
  resolve: (nsid: number) => number | undefined,
): NetworkLink {
  const { peerIndex, details } = link;
  // One assignment each: there may be tens of thousands of links.
  const described: Writable = {
    index: link.index,
    name: link.name,
    altNames: link.altNames,
    kind: link.kind,
    state: link.state,
    flags: link.flags,
    mtu: link.mtu,
    mac: link.mac,
  };
  if (link.master !== undefined) described.master = link.master;
  if (peerIndex !== undefined && peerIndex !== 0)
    described.peer = { inode: findPlace(link, own, resolve), index: peerIndex };
  else if (link.isElsewhere) described.madeIn = { inode: findPlace(link, own, resolve) };
  if (link.parentDevice !== undefined) described.device = link.parentDevice;
  if (details !== noDetails) Object.assign(described, details);
  return described;
}

type Writable = { -readonly [K in keyof NetworkLink]: NetworkLink[K] };

function findPlace(
  { isElsewhere, netnsid }: LinkRecord,
  own: number,
  resolve: (nsid: number) => number | undefined,
): Known<number> {
  if (!isElsewhere) return own;
  if (netnsid === undefined) return ending;
  return (
    resolve(netnsid) ??
    Object.freeze({
      unknown: 'unsupported',
      detail: `netnsid ${netnsid} there is none of the network namespaces that could be asked`,
    })
  );
}
