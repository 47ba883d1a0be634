// Messages of rtnetlink(7) about links and the numbers of namespaces: the requests that nscope makes, and the answers.
import { type LinkRecord, linkBytes, parseLink } from './link.ts';
import {
  buildMessage,
  type MessageEnd,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_MULTI,
  NLM_F_REQUEST,
  readInt32,
  viewBytes,
  walkAttributes,
  walkMessages,
} from './messages.ts';

/** include/uapi/linux/rtnetlink.h, net_namespace.h, if_link.h. */
const RTM_NEWLINK = 16;
const RTM_GETLINK = 18;
const RTM_NEWNSID = 88;
const RTM_GETNSID = 90;
const IFLA_EXT_MASK = 29;
/** Since Linux 4.20; before it is passed over or refused. */
const IFLA_TARGET_NETNSID = 46;
const RTEXT_FILTER_SKIP_STATS = 1 << 3;
const NETNSA_NSID = 1;
const NETNSA_FD = 3;

/** struct rtgenmsg, one byte, aligned. */
const generalBytes = 4;

/** Asks for all links of the network namespace that the socket is in, without their counters. */
export function buildLinkDump(sequence: number): Uint8Array {
  return buildMessage(RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, sequence, new Uint8Array(linkBytes), [
    [IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS],
  ]);
}

/** Asks for one link of another network namespace, by the number that the one of the socket has for it. */
export function buildLinkQuestion(sequence: number, index: number, netnsid: number): Uint8Array {
  const body = new Uint8Array(linkBytes);
  new Int32Array(body.buffer)[1] = index;
  return buildMessage(RTM_GETLINK, NLM_F_REQUEST, sequence, body, [
    [IFLA_TARGET_NETNSID, netnsid],
    [IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS],
  ]);
}

/** Asks for all numbers that the network namespace of the socket has for others. */
export function buildNsidDump(sequence: number): Uint8Array {
  return buildMessage(RTM_GETNSID, NLM_F_REQUEST | NLM_F_DUMP, sequence, new Uint8Array(generalBytes));
}

/** Asks for the number that another network namespace, an open descriptor of nscope's, has in the one of the socket. */
export function buildNsidQuestion(sequence: number, netnsFd: number): Uint8Array {
  return buildMessage(RTM_GETNSID, NLM_F_REQUEST, sequence, new Uint8Array(generalBytes), [[NETNSA_FD, netnsFd]]);
}

/** Gives another network namespace, an open descriptor of nscope's, a number in the one of the socket. */
export function buildNsidGift(sequence: number, netnsFd: number, nsid: number): Uint8Array {
  return buildMessage(RTM_NEWNSID, NLM_F_REQUEST | NLM_F_ACK, sequence, new Uint8Array(generalBytes), [
    [NETNSA_NSID, nsid],
    [NETNSA_FD, netnsFd],
  ]);
}

interface RouteAnswer extends MessageEnd {
  readonly links: readonly LinkRecord[];
  /** The number that RTM_GETNSID gave: -1 when the kernel has none for it. */
  readonly nsid: number | undefined;
  /** How many numbers were given: the length of a dump of them. */
  readonly nsids: number;
  /** Whether nothing more comes: the end of a dump, an error, or the one answer to a question. */
  readonly done: boolean;
}

/**
 * Decodes what one read from the socket gave: whole messages one after another.
 * @throws MalformedError for a length that leads beyond the end, or one too short for what must be there
 */
export function parseRouteMessages(bytes: Uint8Array): RouteAnswer {
  const view = viewBytes(bytes);
  const links: LinkRecord[] = [];
  let nsid: number | undefined;
  let nsids = 0;
  const { done, errno } = walkMessages(view, (type, body, end, flags) => {
    // Each part of a dump says that there are more.
    const isPart = (flags & NLM_F_MULTI) !== 0;
    if (type === RTM_NEWLINK) links.push(parseLink(view, body, end));
    else if (type === RTM_NEWNSID) {
      nsid = readNsid(view, body + generalBytes, end);
      nsids++;
    } else return false;
    return !isPart;
  });
  return { links, nsid, nsids, done, errno };
}

function readNsid(view: DataView, start: number, end: number): number | undefined {
  let nsid: number | undefined;
  walkAttributes(view, start, end, (type, value, stop) => {
    if (type === NETNSA_NSID) nsid = readInt32(view, value, stop, 'the number of a namespace');
  });
  return nsid;
}
