// Which network namespace does a number of another one mean? IFLA_LINK_NETNSID of rtnetlink(7) names the namespace of a
// link's other end by a number that only the link's own namespace has. The kernel translates no number; it only says
// which number a namespace has that nscope holds. Each number is asked for once, of the candidate that fits.

import { attempt, closeDescriptor } from '../../kernel/files/files.ts';
import { askNsids, type NsidQuestion } from '../../kernel/net/ask-networks.ts';
import { RouteSocket } from '../../kernel/net/netlink.ts';
import { openNamespace } from '../../kernel/nsfs/nsfs.ts';
import { append } from '../../model/collections/append.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { LinkRecord } from '../../parse/netlink/link.ts';

/** A network namespace whose links were read. */
export interface ReadNetwork {
  readonly inode: number;
  readonly path: string;
  readonly links: readonly LinkRecord[];
}

/** Of numbers that no link helps with, no more candidates than this are asked in all: some 10 µs each. */
const maxQuestions = 50_000;

/** Candidates of one number that are asked in one round. */
const perRound = 16;

/** A number that one namespace has for another, which is looked for. */
interface WantedNumber {
  readonly network: number;
  readonly nsid: number;
  /** Links that lead there. */
  readonly links: readonly LinkRecord[];
}

/** An end of a veth: where it is, and by which number the other one is known there. */
interface End {
  readonly network: number;
  readonly nsid: number;
}

/** The namespaces that numbers mean: by the place of a network, then by its number, the place of the other one. */
export type Numbers = readonly ReadonlyMap<number, number>[];

/** @returns for each network what its numbers mean; a number that is absent leads to none of these networks */
export function resolveNumbers(networks: readonly ReadNetwork[]): Numbers {
  const resolver = new Resolver(networks);
  resolver.askOwnEnds();
  resolver.askOthers();
  return resolver.numbers;
}

class Resolver {
  readonly numbers: Map<number, number>[];
  readonly #networks: readonly ReadNetwork[];
  /** Where veths lie, by their own index and that of their other end. */
  readonly #ends = new Map<number | string, End[]>();
  /** Networks that have a link with an index; made when it is asked for. */
  #indices: Map<number, number[]> | undefined;
  readonly #wanted: readonly WantedNumber[];

  constructor(networks: readonly ReadNetwork[]) {
    this.#networks = networks;
    this.numbers = networks.map(() => new Map());
    const wanted: WantedNumber[] = [];
    for (const [network, { links }] of networks.entries()) {
      const byNumber = new Map<number, LinkRecord[]>();
      for (const link of links) {
        const { netnsid, peerIndex } = link;
        if (netnsid === undefined) continue;
        if (link.kind === 'veth') append(this.#ends, keyOf(link.index, peerIndex ?? 0), { network, nsid: netnsid });
        append(byNumber, netnsid, link);
      }
      for (const [nsid, of] of byNumber) wanted.push({ network, nsid, links: of });
    }
    this.#wanted = wanted;
  }

  /**
   * Veths that only one other network has the other end of, by both indices: that one is asked whether it has the number.
   * The other end of the other end is the first one, so that one answer is enough for both.
   */
  askOwnEnds(): void {
    const questions: (NsidQuestion & { readonly nsid: number; readonly back: number })[] = [];
    const asked = new Set<number>();
    for (const { network, nsid, links } of this.#wanted)
      for (const link of links) {
        const [other, ...more] = link.kind === 'veth' ? this.#listEnds(network, link) : [];
        if (other === undefined || more.length > 0) continue;
        const [low, high] = network < other.network ? [network, other.network] : [other.network, network];
        const pair = low * this.#networks.length + high;
        if (asked.has(pair)) break;
        asked.add(pair);
        // Whoever has more links is asked: it need be entered only once.
        const isLarger = this.#countLinks(network) >= this.#countLinks(other.network);
        questions.push(
          isLarger
            ? { inside: network, of: other.network, nsid, back: other.nsid }
            : { inside: other.network, of: network, nsid: other.nsid, back: nsid },
        );
        break;
      }
    this.#ask(questions, ({ inside, of, nsid, back }) => {
      this.numbers[inside]?.set(nsid, of);
      this.numbers[of]?.set(back, inside);
    });
  }

  /** What is left: several candidates, or links whose lower end does not know them. */
  askOthers(): void {
    const open = this.#wanted
      .filter(({ network, nsid }) => !this.numbers[network]?.has(nsid))
      .map((number) => ({ ...number, candidates: this.#listCandidates(number) }));
    let budget = maxQuestions;
    for (let from = 0; budget > 0; from += perRound) {
      const questions = open
        .filter(({ network, nsid }) => !this.numbers[network]?.has(nsid))
        .flatMap(({ network, nsid, candidates }) =>
          candidates.slice(from, from + perRound).map((of) => ({ inside: network, of, nsid })),
        )
        .slice(0, budget);
      if (questions.length === 0) return;
      budget -= questions.length;
      this.#ask(questions, ({ inside, of, nsid }) => this.numbers[inside]?.set(nsid, of));
    }
  }

  #ask<Q extends NsidQuestion & { readonly nsid: number }>(questions: readonly Q[], confirm: (question: Q) => void) {
    if (questions.length === 0) return;
    const sorted = questions.toSorted((a, b) => a.inside - b.inside);
    const answers = askNsids(this.#networks, sorted);
    for (const [at, question] of sorted.entries()) if (answers[at] === question.nsid) confirm(question);
  }

  #countLinks(network: number): number {
    return this.#networks[network]?.links.length ?? 0;
  }

  /** In networks, but this one, what has the indices of the other end of a veth. */
  #listEnds(network: number, { index, peerIndex }: LinkRecord): readonly End[] {
    return (this.#ends.get(keyOf(peerIndex ?? 0, index)) ?? []).filter((other) => other.network !== network);
  }

  /** The most likely first. */
  #listCandidates({ network, nsid, links }: WantedNumber): readonly number[] {
    const link = links.find(({ peerIndex }) => peerIndex !== undefined && peerIndex !== 0);
    const others = (some: readonly number[]) => some.filter((one) => one !== network);
    if (!link) return others(this.#networks.map((_, at) => at));
    const all =
      link.kind === 'veth'
        ? this.#listEnds(network, link).map((end) => end.network)
        : others(this.#listWith(link.peerIndex ?? 0));
    if (all.length <= 1) return all;
    const end = this.#readEnd(network, nsid, link.peerIndex ?? 0);
    return end ? all.filter((one) => this.#networks[one]?.links.some((other) => isSame(other, end))) : all;
  }

  #listWith(index: number): readonly number[] {
    if (!this.#indices) {
      this.#indices = new Map();
      for (const [network, { links }] of this.#networks.entries())
        for (const link of links) append(this.#indices, link.index, network);
    }
    return this.#indices.get(index) ?? [];
  }

  /** The kernel shows the link there by the number, and not where that is. */
  #readEnd(network: number, nsid: number, index: number): LinkRecord | undefined {
    const open = attempt(() => openNamespace(this.#networks[network]?.path ?? ''));
    if (!isKnown(open)) return undefined;
    const socket = attempt(() => new RouteSocket(open.fd));
    closeDescriptor(open.fd);
    if (!isKnown(socket)) return undefined;
    try {
      const link = attempt(() => socket.readLinkOf(nsid, index));
      return link !== undefined && isKnown(link) ? link : undefined;
    } finally {
      socket.close();
    }
  }
}

/** A number where that is possible: most indices are small. */
function keyOf(index: number, peerIndex: number): number | string {
  return index < smallIndex && peerIndex < smallIndex ? index * smallIndex + peerIndex : `${index} ${peerIndex}`;
}

const smallIndex = 2 ** 24;

function isSame(a: LinkRecord, b: LinkRecord): boolean {
  return (
    a.index === b.index && a.name === b.name && a.mac === b.mac && a.kind === b.kind && a.peerIndex === b.peerIndex
  );
}
