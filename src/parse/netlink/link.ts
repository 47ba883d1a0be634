// A network device as RTM_NEWLINK of rtnetlink(7) has it.
import {
  attributeHeadBytes,
  checkBody,
  isLittleEndian,
  readInt32,
  readName,
  readSize,
  readType,
  readUint32,
  walkAttributes,
} from './messages.ts';

/** include/uapi/linux/if_link.h. */
const IFLA_ADDRESS = 1;
const IFLA_IFNAME = 3;
const IFLA_MTU = 4;
const IFLA_LINK = 5;
const IFLA_MASTER = 10;
const IFLA_OPERSTATE = 16;
const IFLA_LINKINFO = 18;
const IFLA_LINK_NETNSID = 37;
const IFLA_PROP_LIST = 52;
const IFLA_ALT_IFNAME = 53;
/** Since Linux 5.14. */
const IFLA_PARENT_DEV_NAME = 56;
const IFLA_INFO_KIND = 1;
const IFLA_INFO_DATA = 2;
const IFLA_VLAN_ID = 1;
const IFLA_VXLAN_ID = 1;
const IFLA_VXLAN_LINK = 3;
const IFLA_GENEVE_ID = 1;
const IFLA_VRF_TABLE = 1;
const IFLA_TUN_OWNER = 1;
const IFLA_TUN_TYPE = 3;

/** struct ifinfomsg. */
export const linkBytes = 16;

/** include/uapi/linux/if.h IF_OPER_UNKNOWN and so on. */
const states = ['unknown', 'not-present', 'down', 'lower-layer-down', 'testing', 'dormant', 'up'] as const;

export type LinkState = (typeof states)[number];

export interface LinkRecord {
  readonly index: number;
  /** IFLA_IFNAME: bytes that mean no more than the user meant by them, as parseText has them. */
  readonly name: string;
  readonly altNames: readonly string[];
  /** IFF_UP and others, as netdevice(7) has them. */
  readonly flags: number;
  readonly state: LinkState;
  readonly mtu: number;
  /** IFLA_ADDRESS, of most links a MAC: "02:42:ac:11:00:02"; "" without one. */
  readonly mac: string;
  /** Index of the bridge, bond or VRF that it is a port of. */
  readonly master: number | undefined;
  /** Index of the device that it is bound to, in the network namespace that `netnsid` names: a veth's other end. */
  readonly peerIndex: number | undefined;
  /**
   * The number of the network namespace of that device, where it is another one, or of the one that the link was made in;
   * undefined where it is the same.
   */
  readonly netnsid: number | undefined;
  /** Whether it is another one: without a number that one is ending. */
  readonly isElsewhere: boolean;
  /** IFLA_INFO_KIND: veth, bridge and the like; "" where it has none, as `lo` and devices of the machine. */
  readonly kind: string;
  /** IFLA_PARENT_DEV_NAME: the device of the machine that is behind it, as virtio0; undefined without one. */
  readonly parentDevice: string | undefined;
  readonly details: LinkDetails;
}

/** What some kinds have. */
export interface LinkDetails {
  readonly vlan?: number;
  /** The network of a vxlan or geneve device. */
  readonly vni?: number;
  /** Of a VRF: the table of its routes. */
  readonly table?: number;
  /** The uid that may open a tun or tap device. */
  readonly owner?: number;
  readonly mode?: 'tun' | 'tap';
}

/** @throws MalformedError */
export function parseLink(view: DataView, body: number, end: number): LinkRecord {
  checkBody(body, end, linkBytes, 'a link');
  let name = '';
  let altNames = none;
  let state: LinkState = 'unknown';
  let mtu = 0;
  let mac = '';
  let master: number | undefined;
  let peerIndex: number | undefined;
  let netnsid: number | undefined;
  let info: LinkInfo = noInfo;
  let parentDevice: string | undefined;
  // A link has some forty attributes: this loop runs for each, and nothing is made of those that are not wanted.
  for (let at = body + linkBytes; at + attributeHeadBytes <= end; ) {
    const stop = at + readSize(view, at, end);
    const value = at + attributeHeadBytes;
    switch (readType(view, at)) {
      case IFLA_IFNAME:
        name = readName(view, value, stop);
        break;
      case IFLA_LINKINFO:
        info = readInfo(view, value, stop);
        break;
      case IFLA_PARENT_DEV_NAME:
        parentDevice = readName(view, value, stop);
        break;
      case IFLA_LINK:
        peerIndex = readInt32(view, value, stop, 'the index of a link');
        break;
      case IFLA_LINK_NETNSID:
        netnsid = readInt32(view, value, stop, 'the number of a namespace');
        break;
      case IFLA_MASTER:
        master = readInt32(view, value, stop, 'the index of a master');
        break;
      case IFLA_MTU:
        mtu = readUint32(view, value, stop, 'an MTU');
        break;
      case IFLA_ADDRESS:
        mac = formatMac(view, value, stop);
        break;
      case IFLA_OPERSTATE:
        if (value < stop) state = states[view.getUint8(value)] ?? 'unknown';
        break;
      case IFLA_PROP_LIST:
        altNames = readAltNames(view, value, stop);
        break;
    }
    at = (stop + 3) & ~3;
  }
  return {
    index: view.getInt32(body + 4, isLittleEndian),
    name,
    altNames,
    flags: view.getUint32(body + 8, isLittleEndian),
    state,
    mtu,
    mac,
    master,
    peerIndex:
      info.lower ?? (isOwnIndex(peerIndex, view.getInt32(body + 4, isLittleEndian), info.kind) ? undefined : peerIndex),
    // NETNSA_NSID_NOT_ASSIGNED: that namespace is ending.
    netnsid: netnsid === -1 ? undefined : netnsid,
    isElsewhere: netnsid !== undefined,
    kind: info.kind,
    parentDevice,
    details: info.details,
  };
}

/** Kinds whose other end may have, in its own namespace, the same index. */
const twoEnded: ReadonlySet<string> = new Set([
  ...['veth', 'netkit', 'macvlan', 'macvtap', 'ipvlan', 'ipvtap', 'vlan', 'ipoib', 'macsec', 'xfrm'],
]);

/**
 * A link that has nothing below it gives its own index once it was moved: rtnl_fill_ifinfo() of net/core/rtnetlink.c forces
 * IFLA_LINK beside IFLA_LINK_NETNSID.
 */
function isOwnIndex(peerIndex: number | undefined, index: number, kind: string): boolean {
  return peerIndex === index && !twoEnded.has(kind);
}

const none: readonly string[] = [];

interface LinkInfo {
  readonly kind: string;
  /** Of a vxlan device, which does not say it where others do: the device that its packets leave by. */
  readonly lower?: number;
  readonly details: LinkDetails;
}

/** Of most links. */
export const noDetails: LinkDetails = Object.freeze({});
const noInfo: LinkInfo = { kind: '', details: noDetails };

function readInfo(view: DataView, start: number, end: number): LinkInfo {
  let kind = '';
  let data: readonly [start: number, end: number] | undefined;
  walkAttributes(view, start, end, (type, value, stop) => {
    if (type === IFLA_INFO_KIND) kind = readName(view, value, stop);
    else if (type === IFLA_INFO_DATA) data = [value, stop];
  });
  return data === undefined ? { kind, details: noDetails } : { kind, ...readDetails(view, kind, ...data) };
}

function readDetails(view: DataView, kind: string, start: number, end: number): Omit<LinkInfo, 'kind'> {
  const details: { -readonly [K in keyof LinkDetails]: LinkDetails[K] } = {};
  let lower: number | undefined;
  walkAttributes(view, start, end, (type, value, stop) => {
    if (kind === 'vlan' && type === IFLA_VLAN_ID && value + 2 <= stop)
      details.vlan = view.getUint16(value, isLittleEndian);
    else if (kind === 'vxlan' && type === IFLA_VXLAN_ID) details.vni = readUint32(view, value, stop, 'a VNI');
    else if (kind === 'vxlan' && type === IFLA_VXLAN_LINK) lower = readInt32(view, value, stop, 'the index of a link');
    else if (kind === 'geneve' && type === IFLA_GENEVE_ID) details.vni = readUint32(view, value, stop, 'a VNI');
    else if (kind === 'vrf' && type === IFLA_VRF_TABLE) details.table = readUint32(view, value, stop, 'a table');
    else if (kind === 'tun' && type === IFLA_TUN_OWNER) details.owner = readUint32(view, value, stop, 'a uid');
    else if (kind === 'tun' && type === IFLA_TUN_TYPE && value < stop)
      details.mode = view.getUint8(value) === 1 ? 'tun' : 'tap';
  });
  return { details, ...(lower === undefined || lower === 0 ? {} : { lower }) };
}

function readAltNames(view: DataView, start: number, end: number): readonly string[] {
  const names: string[] = [];
  walkAttributes(view, start, end, (type, value, stop) => {
    if (type === IFLA_ALT_IFNAME) names.push(readName(view, value, stop));
  });
  return names;
}

const hexadecimal = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function formatMac(view: DataView, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at++) text += (at === start ? '' : ':') + hexadecimal[view.getUint8(at)];
  return text;
}
