// The links of one network namespace as they were told last, and the events that lead from there to what is told now.
import { describeLink } from '../../conditions/networks/describe-links.ts';
import { readLinksIn } from '../../kernel/net/ask-networks.ts';
import { closeNamespace } from '../../kernel/nsfs/nsfs.ts';
import { compareThings, findDifference } from '../../model/live/compare-things.ts';
import type { EventNamespace } from '../../model/live/events.ts';
import { isKnown, type Known, notAsked, type Unknown } from '../../model/snapshot/known.ts';
import type { NetworkLink } from '../../model/snapshot/schema.ts';
import type { LinkRecord } from '../../parse/netlink/link.ts';
import type { ContentsHost } from './contents-host.ts';
import { openByAnyWay } from './find-ways.ts';
import { NetnsNumbers } from './netns-numbers.ts';
import { PacedReading } from './paced-reading.ts';

/** Both ends of these are told of, the first before it has another end, and neither when the other one is moved. */
const pairs: ReadonlySet<string> = new Set(['veth', 'netkit']);

/** Until the other end of a link is read anew. */
const leastMs = 20;

export class LinkTable {
  readonly namespace: EventNamespace;
  readonly numbers: NetnsNumbers;
  readonly #host: ContentsHost;
  /** By ifindex. */
  #links = new Map<string, NetworkLink>();
  #refused: Unknown | undefined = notAsked;
  readonly #drain: () => void;
  readonly #reading: PacedReading;

  /** @param drain - tells of the events that wait */
  constructor(namespace: EventNamespace, host: ContentsHost, drain: () => void) {
    this.namespace = namespace;
    this.#host = host;
    this.#drain = drain;
    this.#reading = new PacedReading(host.clock, leastMs, () => this.#compareKnown());
    this.numbers = new NetnsNumbers(namespace, host);
  }

  get links(): Known<readonly NetworkLink[]> {
    return this.#refused ?? [...this.#links.values()];
  }

  readFirst(): void {
    const fresh = this.#readAll();
    if (isKnown(fresh)) this.#links = new Map(fresh);
    this.#refused = isKnown(fresh) ? undefined : fresh;
  }

  /** @returns how many events tell of what is otherwise */
  compare(): number {
    const fresh = this.#readAll();
    if (!isKnown(fresh)) return 0;
    const changes = compareThings(this.#links, fresh);
    this.#links = new Map(fresh);
    for (const { kind, thing, was } of changes)
      this.#host.emit({ event: `link-${kind}`, namespace: this.namespace, link: thing, ...(was ? { was } : {}) });
    return changes.length;
  }

  /** Links that came or went since tell of themselves, with where they went. */
  #compareKnown(): void {
    this.#drain();
    const fresh = this.#readAll();
    for (const [key, link] of isKnown(fresh) ? fresh : []) {
      const before = this.#links.get(key);
      const was = before && findDifference(before, link);
      if (!was) continue;
      this.#links.set(key, link);
      this.#host.emit({ event: 'link-changed', namespace: this.namespace, link, was });
    }
  }

  #readAll(): Known<ReadonlyMap<string, NetworkLink>> {
    const records = this.#readRecords();
    if (!isKnown(records)) return records;
    return new Map(records.map((record) => [String(record.index), this.#describe(record)]));
  }

  /** What no event tells may have changed: where the other end of a link is. */
  readSoon(): void {
    this.#reading.soon();
  }

  /** @returns the network namespace of the other end, where that may have changed there */
  set(record: LinkRecord): number | undefined {
    const key = String(record.index);
    const link = this.#describe(record);
    const before = this.#links.get(key);
    const was = before && findDifference(before, link);
    this.#links.set(key, link);
    if (!before) this.#host.emit({ event: 'link-added', namespace: this.namespace, link });
    else if (was) this.#host.emit({ event: 'link-changed', namespace: this.namespace, link, was });
    // The message may be older than what a reading has told of the other end.
    const isOld = pairs.has(link.kind) && (!link.peer || (before && was?.peer !== undefined));
    if (isOld || this.numbers.wasHurried) this.readSoon();
    return before && !was?.peer ? undefined : findOtherEnd(link);
  }

  /** @returns likewise */
  remove(
    record: LinkRecord,
    movedTo: { readonly nsid: number; readonly index: number } | undefined,
  ): number | undefined {
    const key = String(record.index);
    const link = this.#links.get(key);
    if (!link) return undefined;
    this.#links.delete(key);
    const place = movedTo && { inode: this.#find(movedTo.nsid), index: movedTo.index };
    this.#host.emit({
      event: 'link-removed',
      namespace: this.namespace,
      link,
      ...(place ? { movedTo: place } : {}),
    });
    return findOtherEnd(link);
  }

  /** The network namespace has ended: what is left in it has gone with it. */
  end(): void {
    this.close();
    for (const link of this.#links.values())
      this.#host.emit({ event: 'link-removed', namespace: this.namespace, link });
    this.#links.clear();
  }

  close(): void {
    this.#reading.close();
  }

  #describe(record: LinkRecord): NetworkLink {
    return describeLink(record, this.namespace.inode, (nsid) => this.numbers.find(nsid));
  }

  #find(nsid: number): Known<number> {
    const unnamed: Unknown = { unknown: 'unsupported', detail: `netnsid ${nsid} there is none that could be asked` };
    return this.numbers.find(nsid) ?? unnamed;
  }

  #readRecords(): Known<readonly LinkRecord[]> {
    const open = openByAnyWay(this.#host.state, this.namespace, this.#host.own);
    if (!isKnown(open)) return open;
    try {
      return readLinksIn([{ inode: open.inode, path: `/proc/self/fd/${open.fd}` }])[0] ?? notAsked;
    } finally {
      closeNamespace(open);
    }
  }
}

function findOtherEnd({ kind, peer }: NetworkLink): number | undefined {
  return peer && pairs.has(kind) && isKnown(peer.inode) ? peer.inode : undefined;
}
