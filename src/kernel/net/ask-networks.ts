// What many network namespaces say of themselves: one call of the addon, whose threads go there.
import { isKnown, type Known, notAsked, type Unknown, unknownFromErrno } from '../../model/snapshot/known.ts';
import type { LinkRecord } from '../../parse/netlink/link.ts';
import { buildLinkDump, parseRouteMessages } from '../../parse/netlink/rtnetlink.ts';
import { encodeText } from '../../parse/text/text.ts';
import { requireAddon } from '../addon/require-addon.ts';
import { nameErrno } from '../addon/syscall-error.ts';
import { type NamespacePath, packPaths } from '../nsfs/namespace-paths.ts';

/** What each namespace is asked, in this order. */
export interface NetworkQuestion {
  /** Requests for dumps of NETLINK_ROUTE. */
  readonly dumps: readonly Uint8Array[];
  /** The same of NETLINK_NETFILTER: whoever asks knows that the kernel need load no module for them. */
  readonly filterDumps?: readonly Uint8Array[];
  /** Files of /proc that show the network namespace of the thread that reads them. */
  readonly files: readonly string[];
  /** An answer ends soon after so many bytes: whoever parses it finds that it has no end. */
  readonly maxBytes: number;
}

const NETLINK_ROUTE = 0;
const NETLINK_NETFILTER = 12;

/**
 * @returns in the same order, for each namespace what each request and then each file gave, as bytes; or why not, which is the
 *   same for all where it could not be entered: ESTALE where the path leads elsewhere by now, EPERM without CAP_SYS_ADMIN in the user namespace that owns it
 * @throws AddonMissingError
 * @see setns(2), netlink(7)
 */
export function askNetworks(
  namespaces: readonly NamespacePath[],
  { dumps, filterDumps = [], files, maxBytes }: NetworkQuestion,
): readonly (readonly Known<Buffer>[])[] {
  const { paths, inodes } = packPaths(namespaces);
  const protocols = Uint32Array.from([...dumps.map(() => NETLINK_ROUTE), ...filterDumps.map(() => NETLINK_NETFILTER)]);
  const names = encodeText(files.map((file) => `${file}\0`).join(''));
  const messages = Buffer.concat([...dumps, ...filterDumps]);
  const answers = cutAnswers(requireAddon().askNetworks(paths, inodes, messages, protocols, names, maxBytes));
  const count = protocols.length + files.length;
  return namespaces.map(() => Array.from({ length: count }, (): Known<Buffer> => answers.next().value ?? notAsked));
}

/** One after another, by their sizes. */
function* cutAnswers([bytes, lengths]: readonly [answers: Buffer, sizes: Buffer]): Generator<Known<Buffer>, undefined> {
  let at = 0;
  for (const size of new Float64Array(lengths.buffer, lengths.byteOffset, lengths.length / 8)) {
    if (size < 0) yield refuse(-1 - size);
    else {
      at += size;
      yield bytes.subarray(at - size, at);
    }
  }
}

/**
 * The table nat of ip_tables or ip6_tables. The kernel makes one that is not there: ask for one that is.
 * @returns in the same order what parseXtables takes, or why it could not be read: EPERM without CAP_NET_ADMIN
 * @throws AddonMissingError
 * @see net/ipv4/netfilter/ip_tables.c do_ipt_get_ctl()
 */
export function readNatXtables(namespaces: readonly NamespacePath[], family: 4 | 6): readonly Known<Buffer>[] {
  const { paths, inodes } = packPaths(namespaces);
  const answers = cutAnswers(requireAddon().readXtables(paths, inodes, family === 4 ? 2 : 10, encodeText('nat\0')));
  return namespaces.map(() => answers.next().value ?? notAsked);
}

function refuse(errno: number): Unknown {
  return unknownFromErrno(nameErrno(errno));
}

/** Links are read to their end. */
const maxLinkBytes = 2 ** 32 - 1;

/**
 * The links of many network namespaces.
 * @returns in the same order the links, or why they could not be read
 * @throws MalformedError, AddonMissingError
 * @see RouteSocket.readLinks
 */
export function readLinksIn(namespaces: readonly NamespacePath[]): Known<readonly LinkRecord[]>[] {
  const question = { dumps: [buildLinkDump(1)], files: [], maxBytes: maxLinkBytes };
  return askNetworks(namespaces, question).map(([answer = notAsked]) =>
    isKnown(answer) ? parseLinks(answer) : answer,
  );
}

/** @throws MalformedError */
export function parseLinks(bytes: Uint8Array): Known<readonly LinkRecord[]> {
  const { links, errno } = parseRouteMessages(bytes);
  return errno === 0 ? links : refuse(errno);
}

/** Which number has one network namespace for another? Both by their places in the list of namespaces. */
export interface NsidQuestion {
  readonly inside: number;
  readonly of: number;
}

/**
 * @param questions - those inside of one namespace follow each other
 * @returns in the order of the questions the number, undefined where there is none, or why it could not be asked
 * @throws AddonMissingError
 * @see include/uapi/linux/net_namespace.h RTM_GETNSID
 */
export function askNsids(
  namespaces: readonly NamespacePath[],
  questions: readonly NsidQuestion[],
): Known<number | undefined>[] {
  const { paths, inodes } = packPaths(namespaces);
  const pairs = Uint32Array.from(questions.flatMap(({ inside, of }) => [inside, of]));
  const bytes = requireAddon().askNsids(paths, inodes, pairs);
  const answers = new Int32Array(bytes.buffer, bytes.byteOffset, questions.length);
  return Array.from(answers, (answer) => {
    if (answer < -1) return refuse(-1 - answer);
    return answer === -1 ? undefined : answer;
  });
}
