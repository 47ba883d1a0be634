// Links as a snapshot has them: the numbers of other namespaces became inodes.
import type { Known, Unknown } from '../../model/snapshot/known.ts';
import type { NetworkLink } from '../../model/snapshot/schema.ts';
import type { LinkRecord } from '../../parse/netlink/link.ts';

const ending: Unknown = Object.freeze({ unknown: 'gone', detail: 'that network namespace is ending' });

/** @param resolve - the inode of the namespace that has this number, or undefined */
export function describeLink(
  link: LinkRecord,
  own: number,
  resolve: (nsid: number) => number | undefined,
): NetworkLink {
  const { index, name, altNames, kind, state, flags, mtu, mac, master, peerIndex, parentDevice, details } = link;
  const place = () => findPlace(link, own, resolve);
  const isBound = peerIndex !== undefined && peerIndex !== 0;
  return Object.freeze({
    ...{ index, name, altNames, kind, state, flags, mtu, mac },
    ...(master === undefined ? {} : { master }),
    ...(isBound ? { peer: Object.freeze({ inode: place(), index: peerIndex }) } : {}),
    ...(!isBound && link.isElsewhere ? { madeIn: Object.freeze({ inode: place() }) } : {}),
    ...(parentDevice === undefined ? {} : { device: parentDevice }),
    ...details,
  });
}

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
