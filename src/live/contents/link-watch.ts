// Links that come, go and change in chosen network namespaces: one socket for that of nscope, one for all others, which lies
// in none of them and keeps none of them alive.
import { attempt } from '../../kernel/files/files.ts';
import { LinkEvents } from '../../kernel/net/link-events.ts';
import { closeNamespace } from '../../kernel/nsfs/nsfs.ts';
import { readable } from '../../kernel/own/readiness.ts';
import type { EventNamespace } from '../../model/live/events.ts';
import type { WatchedLinks } from '../../model/live/watched-contents.ts';
import { isKnown, type Known, type Unknown } from '../../model/snapshot/known.ts';
import type { LinkEvent } from '../../parse/netlink/link-events.ts';
import type { ContentsHost } from './contents-host.ts';
import { explainRefusal } from './explain-refusal.ts';
import { openByAnyWay } from './find-ways.ts';
import { LinkTable } from './link-table.ts';

const unseen: readonly string[] = [
  'who did it',
  'that the other end of a link has gone to another network namespace, unless the links of one of the two are watched as well',
];

/** More than a socket holds. Who changes links all the time must not keep all others from their turn. */
const maxReads = 16;

/** What is heard by one socket. */
interface Ear {
  readonly events: LinkEvents;
  /** By the number that events have. */
  readonly tables: Map<number, LinkTable>;
  stop(): void;
}

/** Opened before the state of the host is read, so that the network namespace of the socket is part of that. */
export class LinkSockets {
  readonly own: Known<LinkEvents> | undefined;
  readonly apart: Known<LinkEvents> | undefined;

  /** @param inodes - of the network namespaces, of which `own` is nscope's own */
  constructor(inodes: readonly number[], own: number | undefined) {
    const open = (isApart: boolean) => attempt(() => new LinkEvents(isApart));
    this.own = inodes.some((inode) => inode === own) ? open(false) : undefined;
    this.apart = inodes.some((inode) => inode !== own) ? open(true) : undefined;
  }

  close(): void {
    for (const events of [this.own, this.apart]) if (events && isKnown(events)) events.close();
  }
}

export class LinkWatch {
  readonly #host: ContentsHost;
  readonly #ears: Ear[] = [];
  #tables: { readonly table: LinkTable; readonly refused: Unknown | undefined }[] = [];

  constructor(namespaces: readonly EventNamespace[], sockets: LinkSockets, host: ContentsHost) {
    this.#host = host;
    const [own, apart] = [this.#listen(sockets.own), this.#listen(sockets.apart)];
    for (const namespace of namespaces) {
      const table = new LinkTable(namespace, host, () => this.drain());
      const ear = namespace.inode === host.own.net ? own : apart;
      const refused = ear && isKnown(ear) ? this.#hear(ear, table) : ear;
      this.#tables.push({ table, refused });
      table.readFirst();
    }
  }

  describe(): WatchedLinks[] {
    return this.#tables.map(({ table, refused }) => ({
      inode: table.namespace.inode,
      via: refused ? 'none' : 'rtnetlink',
      links: table.links,
      cannotSee: refused ? [] : unseen,
      refused: refused ? [`rtnetlink: ${explainRefusal(refused)}`] : [],
    }));
  }

  /** Tells of all that waits. */
  drain(): void {
    for (const ear of this.#ears) this.#drain(ear);
  }

  came(): void {
    for (const { table } of this.#tables) table.numbers.came();
  }

  /** A network namespace has ended. */
  ended(inode: number): void {
    for (const { table } of this.#tables) {
      if (table.namespace.inode === inode) table.end();
      table.numbers.ended(inode);
    }
    this.#tables = this.#tables.filter(({ table }) => table.namespace.inode !== inode);
  }

  close(): void {
    for (const { stop } of this.#ears) stop();
    for (const { table } of this.#tables) table.close();
  }

  #listen(events: Known<LinkEvents> | undefined): Known<Ear> | undefined {
    if (!events || !isKnown(events)) return events;
    const ear: Ear = {
      events,
      tables: new Map(),
      stop: this.#host.readiness.add({ fd: events.fd, events: readable, ready: () => this.#drain(ear) }),
    };
    this.#ears.push(ear);
    return ear;
  }

  /** @returns why it is not heard */
  #hear({ events, tables }: Ear, table: LinkTable): Unknown | undefined {
    const open = openByAnyWay(this.#host.state, table.namespace, this.#host.own);
    if (!isKnown(open)) return open;
    const nsid = attempt(() => events.hear(open.fd));
    closeNamespace(open);
    if (!isKnown(nsid)) return nsid;
    tables.set(nsid, table);
    return undefined;
  }

  #drain(ear: Ear): void {
    for (let reads = 0; reads < maxReads; reads++) {
      const { events, lost } = ear.events.read();
      for (const event of lost ? [] : events) this.#tell(event, ear.tables);
      if (lost) this.#resync(ear, events);
      else if (events.length === 0) return;
    }
  }

  #tell(event: LinkEvent, tables: Map<number, LinkTable>): void {
    const table = tables.get(event.nsid);
    if (event.kind === 'ended') tables.delete(event.nsid);
    else {
      const other = event.kind === 'set' ? table?.set(event.link) : table?.remove(event.link, event.movedTo);
      this.#tables.find((one) => one.table.namespace.inode === other)?.table.readSoon();
    }
  }

  /** What waits is older than what is read then. */
  #resync({ events, tables }: Ear, first: readonly LinkEvent[]): void {
    const passOver = (passed: readonly LinkEvent[]) => {
      for (const { kind, nsid } of passed) if (kind === 'ended') tables.delete(nsid);
    };
    passOver(first);
    for (let reads = 0; reads < maxReads; reads++) {
      const read = events.read();
      passOver(read.events);
      if (!read.lost && read.events.length === 0) break;
    }
    const of = { things: 'links', namespace: null } as const;
    this.#host.emit({ event: 'lost', count: null, where: 'kernel', of });
    let changes = 0;
    for (const table of tables.values()) changes += table.compare();
    this.#host.emit({ event: 'resync', changes, of });
  }
}
