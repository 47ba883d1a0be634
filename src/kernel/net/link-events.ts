// Changes of links as they happen: rtnetlink(7), RTNLGRP_LINK. A socket keeps its network namespace alive, so that none is opened
// in those that are watched: native/link-events.c.
import { closeSync } from 'node:fs';
import { type LinkEvent, parseLinkEvents } from '../../parse/netlink/link-events.ts';
import { requireAddon } from '../addon/require-addon.ts';
import { closeNamespace, identify } from '../nsfs/nsfs.ts';
import { RouteSocket } from './netlink.ts';
import { siocgskns } from './sockets.ts';

export class LinkEvents {
  readonly fd: number;
  readonly #isApart: boolean;
  #next = 0;

  /**
   * @param apart - whether the socket lies in a network namespace made for it, and hears those that `hear` was called for; else
   *   it lies in that of nscope, and hears that one
   * @throws SyscallError EPERM without CAP_SYS_ADMIN and CAP_NET_BROADCAST, ENOSPC with user.max_net_namespaces, for `apart`;
   *   AddonMissingError
   * @see netlink(7) NETLINK_LISTEN_ALL_NSID, since Linux 4.2
   */
  constructor(apart: boolean) {
    this.fd = requireAddon().linkEventsOpen(Number(apart));
    this.#isApart = apart;
  }

  /**
   * From now on hears a network namespace, without keeping it alive.
   * @param netnsFd - a descriptor of it, which stays open
   * @returns its number in events
   * @throws SyscallError
   */
  hear(netnsFd: number): number {
    if (!this.#isApart) return -1;
    const own = identify(siocgskns(this.fd));
    try {
      const socket = new RouteSocket(own.fd);
      try {
        const nsid = this.#next++;
        socket.giveNsid(netnsFd, nsid);
        return nsid;
      } finally {
        socket.close();
      }
    } finally {
      closeNamespace(own);
    }
  }

  /** What waits, a part of it where it is much, and whether the kernel dropped some. @throws MalformedError */
  read(): { readonly events: readonly LinkEvent[]; readonly lost: boolean } {
    const [messages, lost] = requireAddon().linkEventsRead(this.fd);
    return { events: parseLinkEvents(messages), lost: lost !== 0 };
  }

  close(): void {
    closeSync(this.fd);
  }
}
