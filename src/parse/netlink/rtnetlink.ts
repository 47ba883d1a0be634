// Messages of rtnetlink(7): the requests that nscope makes, and what the kernel answers, as bytes in the machine's order.
import { MalformedError } from '../text/malformed.ts';
import { parseText } from '../text/text.ts';

/** include/uapi/linux/netlink.h, rtnetlink.h, net_namespace.h, if_link.h. */
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const NLM_F_REQUEST = 1;
const NLM_F_MULTI = 2;
const NLM_F_DUMP = 0x300;
const RTM_NEWLINK = 16;
const RTM_GETLINK = 18;
const RTM_NEWNSID = 88;
const RTM_GETNSID = 90;
const IFLA_IFNAME = 3;
const IFLA_LINK = 5;
const IFLA_LINKINFO = 18;
const IFLA_INFO_KIND = 1;
const IFLA_EXT_MASK = 29;
const IFLA_LINK_NETNSID = 37;
/** Since Linux 5.14. */
const IFLA_PARENT_DEV_NAME = 56;
const RTEXT_FILTER_SKIP_STATS = 1 << 3;
const NETNSA_NSID = 1;
const NETNSA_FD = 3;

const headBytes = 16;
const attributeHeadBytes = 4;
const linkBytes = 16;
/** struct rtgenmsg, one byte, aligned. */
const generalBytes = 4;
/** An attribute's type may carry flags: NLA_F_NESTED, NLA_F_NET_BYTEORDER. */
const attributeTypeMask = 0x3fff;

/** Asks for all links of the network namespace that the socket is in, without their counters. */
export function buildLinkDump(sequence: number): Uint8Array {
  return buildMessage(RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, sequence, linkBytes, [
    [IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS],
  ]);
}

/** Asks for all numbers that the network namespace of the socket has for others. */
export function buildNsidDump(sequence: number): Uint8Array {
  return buildMessage(RTM_GETNSID, NLM_F_REQUEST | NLM_F_DUMP, sequence, generalBytes, []);
}

/** Asks for the number that another network namespace, an open descriptor of nscope's, has in the one of the socket. */
export function buildNsidQuestion(sequence: number, netnsFd: number): Uint8Array {
  return buildMessage(RTM_GETNSID, NLM_F_REQUEST, sequence, generalBytes, [[NETNSA_FD, netnsFd]]);
}

function buildMessage(
  type: number,
  flags: number,
  sequence: number,
  bodyBytes: number,
  attributes: readonly (readonly [type: number, value: number])[],
): Uint8Array {
  const size = headBytes + bodyBytes + attributes.length * (attributeHeadBytes + 4);
  const view = new DataView(new ArrayBuffer(size));
  view.setUint32(0, size, isLittleEndian);
  view.setUint16(4, type, isLittleEndian);
  view.setUint16(6, flags, isLittleEndian);
  view.setUint32(8, sequence, isLittleEndian);
  attributes.forEach(([attribute, value], index) => {
    const at = headBytes + bodyBytes + 8 * index;
    view.setUint16(at, attributeHeadBytes + 4, isLittleEndian);
    view.setUint16(at + 2, attribute, isLittleEndian);
    view.setUint32(at + 4, value, isLittleEndian);
  });
  return new Uint8Array(view.buffer);
}

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** A network device, as RTM_NEWLINK tells. */
export interface LinkRecord {
  readonly index: number;
  /** IFLA_IFNAME: bytes that mean no more than the user meant by them, as parseText has them. */
  readonly name: string;
  /** Index of the device that it is bound to, in the network namespace that `netnsid` names: a veth's other end. */
  readonly peerIndex: number | undefined;
  /** The number of the network namespace of that device, where it is another one; undefined where it is the same. */
  readonly netnsid: number | undefined;
  /** IFLA_INFO_KIND: veth, bridge and the like; "" where it has none, as `lo` and devices of the machine. */
  readonly kind: string;
  /** IFLA_PARENT_DEV_NAME: the device of the machine that is behind it, as virtio0; undefined without one. */
  readonly parentDevice: string | undefined;
}

interface RouteAnswer {
  readonly links: readonly LinkRecord[];
  /** The number that RTM_GETNSID gave: -1 when the kernel has none for it. */
  readonly nsid: number | undefined;
  /** How many numbers were given: the length of a dump of them. */
  readonly nsids: number;
  /** Whether nothing more comes: the end of a dump, an error, or the one answer to a question. */
  readonly done: boolean;
  /** The errno of a refusal, positive; 0 without one. */
  readonly errno: number;
}

/**
 * Decodes what one read from the socket gave: whole messages one after another.
 * @throws MalformedError for a length that leads beyond the end, or one too short for what must be there
 */
export function parseRouteMessages(bytes: Uint8Array): RouteAnswer {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const links: LinkRecord[] = [];
  let nsid: number | undefined;
  let nsids = 0;
  let done = false;
  let errno = 0;
  for (let at = 0; at + headBytes <= bytes.length && !done; ) {
    const size = view.getUint32(at, isLittleEndian);
    if (size < headBytes || at + size > bytes.length)
      throw new MalformedError(`rtnetlink message at byte ${at}`, 1, 'the length of a message', String(size));
    const type = view.getUint16(at + 4, isLittleEndian);
    const body = at + headBytes;
    // A dump that was cut short by an error says so in its end, from Linux 4.15 on.
    if (type === NLMSG_ERROR || (type === NLMSG_DONE && size >= headBytes + 4))
      errno = Math.abs(readInt32(view, body, at + size, 'an errno'));
    else if (type === RTM_NEWLINK) links.push(parseLink(view, body, at + size));
    else if (type === RTM_NEWNSID) {
      nsid = readNsid(view, body + generalBytes, at + size);
      nsids++;
    }
    // Each part of a dump says that there are more.
    const isPart = (view.getUint16(at + 6, isLittleEndian) & NLM_F_MULTI) !== 0;
    done = type === NLMSG_ERROR || type === NLMSG_DONE || (type === RTM_NEWNSID && !isPart);
    at += (size + 3) & ~3;
  }
  return { links, nsid, nsids, done, errno };
}

function parseLink(view: DataView, body: number, end: number): LinkRecord {
  if (body + linkBytes > end)
    throw new MalformedError(`rtnetlink message at byte ${body - headBytes}`, 1, 'a link', `${end - body} bytes`);
  let name: Uint8Array | undefined;
  let peerIndex: number | undefined;
  let netnsid: number | undefined;
  let kind = '';
  let parentDevice: string | undefined;
  // A link has some forty attributes: nothing is made of those that are not wanted.
  for (let at = body + linkBytes; at + attributeHeadBytes <= end; ) {
    const size = readSize(view, at, end);
    const type = view.getUint16(at + 2, isLittleEndian) & attributeTypeMask;
    const value = at + attributeHeadBytes;
    const valueBytes = () => new Uint8Array(view.buffer, view.byteOffset + value, size - attributeHeadBytes);
    if (type === IFLA_IFNAME) name = valueBytes();
    else if (type === IFLA_LINKINFO) kind = readKind(view, value, at + size);
    else if (type === IFLA_PARENT_DEV_NAME) parentDevice = readName(valueBytes());
    else if (type === IFLA_LINK) peerIndex = readInt32(view, value, at + size, 'the index of a link');
    else if (type === IFLA_LINK_NETNSID) netnsid = readInt32(view, value, at + size, 'the number of a namespace');
    at += (size + 3) & ~3;
  }
  return {
    index: view.getInt32(body + 4, isLittleEndian),
    name: readName(name),
    peerIndex,
    // NETNSA_NSID_NOT_ASSIGNED: that namespace is ending.
    netnsid: netnsid === -1 ? undefined : netnsid,
    kind,
    parentDevice,
  };
}

/** Attributes within the attribute. */
function readKind(view: DataView, start: number, end: number): string {
  for (let at = start; at + attributeHeadBytes <= end; ) {
    const size = readSize(view, at, end);
    const value = at + attributeHeadBytes;
    if ((view.getUint16(at + 2, isLittleEndian) & attributeTypeMask) === IFLA_INFO_KIND)
      return readName(new Uint8Array(view.buffer, view.byteOffset + value, size - attributeHeadBytes));
    at += (size + 3) & ~3;
  }
  return '';
}

function readName(bytes: Uint8Array | undefined): string {
  if (!bytes) return '';
  return parseText(bytes.subarray(0, bytes.indexOf(0) < 0 ? bytes.length : bytes.indexOf(0)));
}

function readNsid(view: DataView, start: number, end: number): number | undefined {
  let nsid: number | undefined;
  for (let at = start; at + attributeHeadBytes <= end; ) {
    const size = readSize(view, at, end);
    if ((view.getUint16(at + 2, isLittleEndian) & attributeTypeMask) === NETNSA_NSID)
      nsid = readInt32(view, at + attributeHeadBytes, at + size, 'the number of a namespace');
    at += (size + 3) & ~3;
  }
  return nsid;
}

/** The size of an attribute with its head. */
function readSize(view: DataView, at: number, end: number): number {
  const size = view.getUint16(at, isLittleEndian);
  if (size < attributeHeadBytes || at + size > end)
    throw new MalformedError(`rtnetlink message at byte ${at}`, 1, 'the length of an attribute', String(size));
  return size;
}

/** @param end - of what the number lies in */
function readInt32(view: DataView, at: number, end: number, field: string): number {
  if (at + 4 > end) throw new MalformedError(`rtnetlink message at byte ${at}`, 1, field, `${end - at} bytes`);
  return view.getInt32(at, isLittleEndian);
}
