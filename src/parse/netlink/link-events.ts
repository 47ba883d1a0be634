// What native/link-events.c reads: messages of rtnetlink(7) about links that came, went or changed, and about network
// namespaces that ended, each with the number of the network namespace that it is from.
import { layOut } from '../records/layout.ts';
import { MalformedError } from '../text/malformed.ts';
import { type LinkRecord, linkBytes, parseLink } from './link.ts';
import { checkBody, isLittleEndian, readInt32, viewBytes, walkAttributes, walkMessages } from './messages.ts';

export const linkEventHeadLayout = layOut('struct event_head of native/link-events.c', { length: 'u32', nsid: 's32' });

/** include/uapi/linux/rtnetlink.h, if_link.h, net_namespace.h. */
const RTM_NEWLINK = 16;
const RTM_DELLINK = 17;
const RTM_DELNSID = 89;
const IFLA_WIRELESS = 11;
const IFLA_NEW_NETNSID = 45;
/** Since Linux 5.1. */
const IFLA_NEW_IFINDEX = 49;
const NETNSA_NSID = 1;
const AF_UNSPEC = 0;

export type LinkEvent =
  | {
      readonly kind: 'set' | 'removed';
      /** The number of the network namespace, as that of the socket has it; -1 for that one itself. */
      readonly nsid: number;
      readonly link: LinkRecord;
      /** Where a link that went is now: the number is that of the namespace that it went from. */
      readonly movedTo: { readonly nsid: number; readonly index: number } | undefined;
    }
  /** The network namespace with this number has ended. */
  | { readonly kind: 'ended'; readonly nsid: number };

/** @throws MalformedError */
export function parseLinkEvents(bytes: Uint8Array): LinkEvent[] {
  const events: LinkEvent[] = [];
  const view = viewBytes(bytes);
  for (let at = 0; at + linkEventHeadLayout.bytes <= bytes.length; ) {
    const length = view.getUint32(at, isLittleEndian);
    const nsid = view.getInt32(at + 4, isLittleEndian);
    const start = at + linkEventHeadLayout.bytes;
    if (start + length > bytes.length)
      throw new MalformedError(`link event at byte ${at}`, 1, 'the length of a message', String(length));
    const message = viewBytes(bytes.subarray(start, start + length));
    walkMessages(message, (type, body, end) => {
      const event = parseEvent(message, nsid, type, body, end);
      if (event) events.push(event);
      return undefined;
    });
    at = start + ((length + 7) & ~7);
  }
  return events;
}

function parseEvent(view: DataView, nsid: number, type: number, body: number, end: number): LinkEvent | undefined {
  if (type === RTM_DELNSID && nsid === -1) {
    const ended = readAttributes(view, body + 4, end).get(NETNSA_NSID);
    return ended === undefined ? undefined : { kind: 'ended', nsid: ended };
  }
  if (type !== RTM_NEWLINK && type !== RTM_DELLINK) return undefined;
  checkBody(body, end, linkBytes, 'a link');
  // A bridge tells of its ports in messages of its own family, which have no more than what is of the bridge.
  if (view.getUint8(body) !== AF_UNSPEC) return undefined;
  const link = parseLink(view, body, end);
  const numbers = readAttributes(view, body + linkBytes, end);
  if (type === RTM_NEWLINK)
    return numbers.has(IFLA_WIRELESS) ? undefined : { kind: 'set', nsid, link, movedTo: undefined };
  const target = numbers.get(IFLA_NEW_NETNSID);
  const movedTo =
    target === undefined ? undefined : { nsid: target, index: numbers.get(IFLA_NEW_IFINDEX) ?? link.index };
  return { kind: 'removed', nsid, link, movedTo };
}

/** Those of the wanted attributes that there are, as numbers. */
function readAttributes(view: DataView, start: number, end: number): Map<number, number> {
  const found = new Map<number, number>();
  walkAttributes(view, start, end, (type, value, stop) => {
    if (type === IFLA_WIRELESS) found.set(type, 0);
    else if (type === IFLA_NEW_NETNSID || type === IFLA_NEW_IFINDEX || type === NETNSA_NSID)
      if (value + 4 <= stop) found.set(type, readInt32(view, value, stop, 'a number'));
  });
  return found;
}
