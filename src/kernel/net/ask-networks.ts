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
  /** Files of /proc that show the network namespace of the thread that reads them. */
  readonly files: readonly string[];
  /** An answer ends soon after so many bytes: whoever parses it finds that it has no end. */
  readonly maxBytes: number;
}

const NETLINK_ROUTE = 0;

/**
 * @returns in the same order, for each namespace what each request and then each file gave, as bytes; or why not, which is the
 *   same for all where it could not be entered: ESTALE where the path leads elsewhere by now, EPERM without CAP_SYS_ADMIN in the user namespace that owns it
 * @throws AddonMissingError
 * @see setns(2), netlink(7)
 */
export function askNetworks(
  namespaces: readonly NamespacePath[],
  { dumps, files, maxBytes }: NetworkQuestion,
): readonly (readonly Known<Buffer>[])[] {
  const { paths, inodes } = packPaths(namespaces);
  const protocols = Uint32Array.from(dumps, () => NETLINK_ROUTE);
  const names = encodeText(files.map((file) => `${file}\0`).join(''));
  const messages = Buffer.concat(dumps);
  const [bytes, lengths] = requireAddon().askNetworks(paths, inodes, messages, protocols, names, maxBytes);
  const sizes = new Float64Array(lengths.buffer, lengths.byteOffset, lengths.length / 8);
  const count = dumps.length + files.length;
  let at = 0;
  return namespaces.map((_, index) =>
    Array.from({ length: count }, (_question, number): Known<Buffer> => {
      const size = sizes[index * count + number] ?? -1;
      if (size < 0) return refuse(-1 - size);
      at += size;
      return bytes.subarray(at - size, at);
    }),
  );
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
