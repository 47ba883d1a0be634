// The network namespaces that links lead to, and that were not found. IFLA_LINK_NETNSID of rtnetlink(7): the number of
// the namespace in which a veth's other end lies. Asked only where the kernel did not list all network namespaces.
import { loadAddon } from '../../kernel/addon/addon.ts';
import { attempt } from '../../kernel/files/files.ts';
import { readLinksIn } from '../../kernel/net/ask-networks.ts';
import { RouteSocket } from '../../kernel/net/netlink.ts';
import { closeNamespace, type OpenNamespace } from '../../kernel/nsfs/nsfs.ts';
import { openFound } from '../../kernel/nsfs/open-namespace.ts';
import { limits } from '../../model/facts/limits.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { FoundNamespace, Inputs } from '../contract/inputs.ts';
import { skipHolders } from '../contract/reasons.ts';
import type { Report, Source } from '../contract/source.ts';

export const netPeers: Source<'host' | 'wanted' | 'namespaces'> = {
  name: 'net-peers',
  question: 'do links lead to network namespaces that were not found?',
  skip(inputs) {
    const skipped = skipHolders(inputs);
    if (skipped !== undefined) return skipped;
    if (inputs.namespaces.isListedWhole('net')) return 'the kernel listed all network namespaces';
    const result = loadAddon();
    return 'missing' in result ? result.missing : undefined;
  },
  run({ host, namespaces }, report) {
    const search = new PeerSearch(host, namespaces.list(), report);
    search.searchAll();
    search.tell();
  },
};

/** Each question is one message to the kernel and back, some 10 µs. */
const maxQuestions = 50_000;

class PeerSearch {
  readonly #report: Report;
  /** The network namespace that nscope is in. */
  readonly #own: Known<number>;
  /** Those that others' links led to most lately come first: the host's, or a router's. */
  readonly #candidates: FoundNamespace[];
  #questions = 0;
  #unfollowed = 0;
  readonly #strangers: string[] = [];
  readonly #closed = new Set<number>();

  constructor({ vantage }: Inputs['host'], namespaces: readonly FoundNamespace[], report: Report) {
    this.#report = report;
    this.#own = vantage.namespaces.net;
    this.#candidates = namespaces.filter(({ type }) => type === 'net');
  }

  searchAll(): void {
    const apart = this.#findUnlinked();
    this.#report.asked(apart.size);
    for (const namespace of [...this.#candidates]) if (!apart.has(namespace)) this.#search(namespace);
  }

  /** Those without a link to another one: most have no more than `lo`. */
  #findUnlinked(): Set<FoundNamespace> {
    const others = this.#candidates.filter(({ inode, paths }) => inode !== this.#own && paths.length > 0);
    const answers = readLinksIn(others.map(({ inode, paths: [path = ''] }) => ({ inode, path })));
    return new Set(
      others.filter((_, index) => {
        const links = answers[index];
        return links && isKnown(links) && links.every(({ netnsid }) => netnsid === undefined);
      }),
    );
  }

  #search(namespace: FoundNamespace): void {
    this.#report.asked();
    const open = this.#own === namespace.inode ? undefined : openFound(namespace);
    if (open !== undefined && !isKnown(open)) {
      this.#refuse(namespace, open.errno);
      return;
    }
    const socket = attempt(() => new RouteSocket(open?.fd));
    if (open) closeNamespace(open);
    if (!isKnown(socket)) {
      this.#refuse(namespace, socket.errno);
      return;
    }
    try {
      this.#follow(namespace, socket);
    } finally {
      socket.close();
    }
  }

  #follow(namespace: FoundNamespace, socket: RouteSocket): void {
    const links = attempt(() => socket.readLinks());
    if (!isKnown(links)) {
      this.#refuse(namespace, links.errno);
      return;
    }
    const strange = new Map<number, string>();
    for (const { name, netnsid } of links) if (netnsid !== undefined) strange.set(netnsid, name);
    for (const candidate of [...this.#candidates]) {
      if (strange.size === 0) return;
      if (candidate.inode === namespace.inode) continue;
      if (this.#questions++ >= maxQuestions) {
        this.#unfollowed += strange.size;
        return;
      }
      const nsid = this.#ask(socket, candidate);
      if (nsid !== undefined && strange.delete(nsid)) this.#prefer(candidate);
    }
    for (const [nsid, name] of strange)
      this.#strangers.push(`${name} in ${formatNamespace('net', namespace.inode)}, netnsid ${nsid}`);
  }

  #ask(socket: RouteSocket, candidate: FoundNamespace): number | undefined {
    const open = openFound(candidate);
    if (!isKnown(open)) {
      this.#refuse(candidate, open.errno);
      return undefined;
    }
    const nsid = attempt(() => socket.readNsid(open.fd));
    closeNamespace(open as OpenNamespace);
    return nsid === undefined || isKnown(nsid) ? nsid : undefined;
  }

  #prefer(candidate: FoundNamespace): void {
    this.#candidates.splice(this.#candidates.indexOf(candidate), 1);
    this.#candidates.unshift(candidate);
  }

  #refuse({ type, inode }: FoundNamespace, errno = ''): void {
    if (this.#closed.has(inode)) return;
    this.#closed.add(inode);
    if (errno !== 'ENOENT' && errno !== 'ESRCH')
      this.#report.refused('the links of a network namespace', errno, formatNamespace(type, inode));
  }

  tell(): void {
    if (this.#strangers.length > 0) this.#report.limit(limits.peersNotFound(this.#strangers, this.#closed.size > 0));
    if (this.#unfollowed > 0) this.#report.limit(limits.peersNotFollowed(this.#unfollowed));
  }
}
