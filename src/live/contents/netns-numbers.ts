// Which network namespaces the numbers mean that one has for others: IFLA_LINK_NETNSID and IFLA_NEW_NETNSID of rtnetlink(7).
import { askNsids } from '../../kernel/net/ask-networks.ts';
import type { NamespacePath } from '../../kernel/nsfs/namespace-paths.ts';
import { closeNamespace, type OpenNamespace } from '../../kernel/nsfs/nsfs.ts';
import type { EventNamespace } from '../../model/live/events.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { ContentsHost } from './contents-host.ts';
import { listMembers, listPaths, openByAnyWay } from './find-ways.ts';

/** So many network namespaces are opened at once; each keeps its namespace alive for that moment. */
const maxOpen = 256;

const restFactor = 10;

export class NetnsNumbers {
  readonly #host: ContentsHost;
  readonly #namespace: EventNamespace;
  /** Inodes by number. */
  readonly #known = new Map<number, number>();
  /** Numbers that no network namespace of those that were there had. */
  readonly #unknown = new Set<number>();
  #notBefore = 0;
  #wasHurried = false;

  /** @param namespace - the network namespace that has the numbers */
  constructor(namespace: EventNamespace, host: ContentsHost) {
    this.#host = host;
    this.#namespace = namespace;
  }

  /** A network namespace has come, which an unknown number may mean. */
  came(): void {
    this.#unknown.clear();
  }

  /** One has ended: its number may mean another one soon. */
  ended(inode: number): void {
    for (const [nsid, other] of this.#known) if (other === inode) this.#known.delete(nsid);
  }

  /** Whether the last number that was looked for was asked for too soon after another one, and is to be looked for again. */
  get wasHurried(): boolean {
    return this.#wasHurried;
  }

  /** All network namespaces may have to be asked: that takes a tenth of the time at the most. */
  find(nsid: number): number | undefined {
    this.#wasHurried = false;
    const found = this.#known.get(nsid);
    if (found !== undefined || this.#unknown.has(nsid)) return found;
    const { clock } = this.#host;
    const began = clock.now();
    if (began < this.#notBefore) {
      this.#wasHurried = true;
      return undefined;
    }
    this.#ask(nsid);
    if (!this.#known.has(nsid)) this.#unknown.add(nsid);
    this.#notBefore = clock.now() + restFactor * (clock.now() - began);
    return this.#known.get(nsid);
  }

  /** The kernel translates no number: each network namespace is asked for the one that it has here. */
  #ask(nsid: number): void {
    const inside = this.#open(this.#namespace);
    if (!inside) return;
    try {
      const known = new Set(this.#known.values());
      const others = [...this.#host.state.namespaces.values()].filter(
        ({ type, inode }) => type === 'net' && !known.has(inode),
      );
      const refused = this.#askBy(inside, this.#listWays(others));
      if (this.#known.has(nsid)) return;
      // A process that was there may have ended meanwhile.
      for (let start = 0; start < others.length && !this.#known.has(nsid); start += maxOpen)
        this.#askOpened(
          inside,
          others.slice(start, start + maxOpen).filter(({ inode }) => refused.has(inode)),
        );
    } finally {
      closeNamespace(inside);
    }
  }

  #askOpened(inside: OpenNamespace, others: readonly EventNamespace[]): void {
    const opened = others.flatMap((namespace) => this.#open(namespace) ?? []);
    try {
      this.#askBy(inside, opened.map(toPath));
    } finally {
      for (const open of opened) closeNamespace(open);
    }
  }

  /** @returns inodes of those that could not be asked */
  #askBy(inside: OpenNamespace, ways: readonly NamespacePath[]): ReadonlySet<number> {
    const refused = new Set<number>();
    const questions = ways.map((_, at) => ({ inside: 0, of: at + 1 }));
    const answers = questions.length === 0 ? [] : askNsids([toPath(inside), ...ways], questions);
    for (const [at, { inode }] of ways.entries()) {
      const nsid = answers[at];
      if (nsid === undefined) continue;
      if (isKnown(nsid)) this.#known.set(nsid, inode);
      else refused.add(inode);
    }
    return refused;
  }

  /** An empty path leads nowhere. */
  #listWays(namespaces: readonly EventNamespace[]): NamespacePath[] {
    const { state, own } = this.#host;
    const members = listMembers(state, 'net');
    return namespaces.map((namespace) => {
      const { inode } = namespace;
      if (inode === own.net) return { inode, path: '/proc/self/ns/net' };
      const [pid] = members.get(inode) ?? [];
      const [path = pid === undefined ? '' : `/proc/${pid}/ns/net`] = listPaths(state, namespace, own.mnt);
      return { inode, path };
    });
  }

  #open(namespace: EventNamespace): OpenNamespace | undefined {
    const open = openByAnyWay(this.#host.state, namespace, this.#host.own);
    return isKnown(open) ? open : undefined;
  }
}

function toPath({ inode, fd }: OpenNamespace): NamespacePath {
  return { inode, path: `/proc/self/fd/${fd}` };
}
