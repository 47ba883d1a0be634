// Links and neighbours of any network namespace: rtnetlink(7), spoken through a socket that lies in it.
import { closeSync, readSync, writeSync } from 'node:fs';
import type { LinkRecord } from '../../parse/netlink/link.ts';
import {
  buildLinkDump,
  buildLinkQuestion,
  buildNsidDump,
  buildNsidGift,
  buildNsidQuestion,
  parseRouteMessages,
} from '../../parse/netlink/rtnetlink.ts';
import { requireAddon } from '../addon/require-addon.ts';
import { nameErrno } from '../addon/syscall-error.ts';

/** A refusal that came as a message: it looks like that of a system call. */
class RouteError extends Error {
  override readonly name = 'RouteError';
  readonly code: string;
  readonly errno: number;
  readonly syscall: string;

  constructor(errno: number, syscall: string) {
    super(`${syscall}: ${nameErrno(errno)}`);
    this.code = nameErrno(errno);
    this.errno = errno;
    this.syscall = syscall;
  }
}

/** A dump comes in pieces of at most 32 KiB: netlink_dump() of net/netlink/af_netlink.c. */
const maxPieceBytes = 65_536;

/** Questions to one network namespace. Each asks and reads to the end; nothing is waited for. */
export class RouteSocket {
  readonly #fd: number;
  readonly #piece = Buffer.allocUnsafe(maxPieceBytes);
  #sequence = 0;

  /**
   * @param netnsFd - a descriptor of a network namespace, which stays open; left out for nscope's own
   * @throws SyscallError EPERM without CAP_SYS_ADMIN in the user namespace that owns it; AddonMissingError
   * @see setns(2), netlink(7)
   */
  constructor(netnsFd = -1) {
    this.#fd = requireAddon().openRouteSocket(netnsFd);
  }

  close(): void {
    closeSync(this.#fd);
  }

  /**
   * All links of the network namespace. The kernel gives a number to each namespace that a link leads to, if it had none.
   * @throws SyscallError
   * @see rtnetlink(7) RTM_GETLINK, IFLA_LINK_NETNSID of include/uapi/linux/if_link.h
   */
  readLinks(): LinkRecord[] {
    writeSync(this.#fd, buildLinkDump(++this.#sequence));
    const links: LinkRecord[] = [];
    for (;;) {
      const answer = this.#read('RTM_GETLINK');
      for (const link of answer.links) links.push(link);
      if (answer.done) return links;
    }
  }

  /**
   * One link of another network namespace, by the number that this one has for it.
   * @returns undefined where there is no such link, or the kernel does not answer for others: before Linux 4.20
   * @throws SyscallError EPERM without CAP_NET_ADMIN in the user namespace that owns the other one
   * @see include/uapi/linux/if_link.h IFLA_TARGET_NETNSID
   */
  readLinkOf(netnsid: number, index: number): LinkRecord | undefined {
    writeSync(this.#fd, buildLinkQuestion(++this.#sequence, index, netnsid));
    return this.#read('RTM_GETLINK').links[0];
  }

  /**
   * The number that this network namespace has for another one; undefined when it has none: no link leads there.
   * @param netnsFd - a descriptor of the other one; stays open
   * @throws SyscallError
   * @see include/uapi/linux/net_namespace.h RTM_GETNSID, since Linux 4.0
   */
  readNsid(netnsFd: number): number | undefined {
    writeSync(this.#fd, buildNsidQuestion(++this.#sequence, netnsFd));
    const { nsid } = this.#read('RTM_GETNSID');
    return nsid === -1 ? undefined : nsid;
  }

  /**
   * Gives another network namespace a number in this one, which it keeps until it ends.
   * @param netnsFd - a descriptor of the other one; stays open
   * @throws SyscallError EPERM without CAP_NET_ADMIN in the user namespace that owns this one, EEXIST where it has a number
   * @see include/uapi/linux/net_namespace.h RTM_NEWNSID, since Linux 4.0
   */
  giveNsid(netnsFd: number, nsid: number): void {
    writeSync(this.#fd, buildNsidGift(++this.#sequence, netnsFd, nsid));
    this.#read('RTM_NEWNSID');
  }

  /**
   * How many numbers this network namespace has for others, and maybe for itself.
   * @throws SyscallError
   * @see rtnl_net_dumpid() of net/core/net_namespace.c
   */
  countNsids(): number {
    writeSync(this.#fd, buildNsidDump(++this.#sequence));
    for (let count = 0; ; ) {
      const { nsids, done } = this.#read('RTM_GETNSID');
      count += nsids;
      if (done) return count;
    }
  }

  #read(call: string) {
    const size = readSync(this.#fd, this.#piece, 0, maxPieceBytes, null);
    const answer = parseRouteMessages(this.#piece.subarray(0, size));
    if (answer.errno !== 0) throw new RouteError(answer.errno, call);
    return answer;
  }
}
