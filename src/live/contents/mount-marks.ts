// Mounts that come and go, as fanotify(7) reports them: of each what statmount(2) says at that moment.
import { attempt, closeDescriptor } from '../../kernel/files/files.ts';
import { describeRecord } from '../../kernel/mounts/describe-mount.ts';
import { type MountEvent, openMountEvents, readMountEvents } from '../../kernel/mounts/mount-events.ts';
import { decodeWholeMounts } from '../../kernel/mounts/mount-records.ts';
import { readMounts } from '../../kernel/mounts/mounts.ts';
import { closeNamespace, nsGetMntnsId, type OpenNamespace, openNamespace } from '../../kernel/nsfs/nsfs.ts';
import { readable } from '../../kernel/own/readiness.ts';
import { isKnown, knownOr } from '../../model/snapshot/known.ts';
import type { Mount } from '../../model/snapshot/schema.ts';
import type { ContentsHost } from './contents-host.ts';
import type { MountTable } from './mount-table.ts';
import { PacedReading } from './paced-reading.ts';

/** More than the queue of the kernel holds. Who mounts all the time must not keep all others from their turn. */
const maxReads = 16;

/** Until mounts on one that was moved are read anew. */
const leastMs = 10;

export class MountMarks {
  readonly #host: ContentsHost;
  readonly #table: MountTable;
  readonly #fd: number;
  readonly #id: bigint;
  readonly #stop: () => void;
  readonly #reading: PacedReading;

  /** @throws SyscallError where the kernel has no such marks, or refuses them */
  constructor(table: MountTable, { fd }: OpenNamespace, host: ContentsHost) {
    this.#host = host;
    this.#table = table;
    this.#reading = new PacedReading(host.clock, leastMs, () => table.readPlaces());
    this.#id = nsGetMntnsId(fd);
    this.#fd = openMountEvents(fd);
    try {
      this.#stop = host.readiness.add({ fd: this.#fd, events: readable, ready: () => this.drain() });
    } catch (error) {
      closeDescriptor(this.#fd);
      throw error;
    }
  }

  /** Tells of what waits. */
  drain(): void {
    for (let reads = 0; reads < maxReads; reads++) {
      const events = readMountEvents(this.#fd);
      if (events.length === 0) break;
      this.#tell(events);
    }
  }

  close(): void {
    this.#reading.close();
    this.#stop();
    closeDescriptor(this.#fd);
  }

  #tell(events: readonly MountEvent[]): void {
    const come = events.flatMap(({ kind, id }) => (kind === 'attached' || kind === 'moved' ? [id] : []));
    const described = come.length === 0 ? new Map<string, Mount>() : this.#describe([...new Set(come)]);
    let hasMoved = false;
    let isLost = false;
    for (const { kind, id, pid } of events) {
      const key = String(id);
      if (kind === 'overflow') isLost = true;
      else if (kind === 'detached') this.#table.detach(key, this.#host.findProcess(pid));
      else this.#table.attach(key, described.get(key), this.#host.findProcess(pid));
      hasMoved ||= kind === 'moved';
    }
    // What lies on a mount that was moved has another place as well, and no event.
    if (hasMoved) this.#reading.soon();
    if (isLost) this.#resync();
  }

  /** Events that still wait are of mounts that the reading finds, or finds gone. */
  #resync(): void {
    const of = { things: 'mounts', namespace: this.#table.namespace } as const;
    for (let reads = 0; reads < maxReads && readMountEvents(this.#fd).length > 0; ) reads++;
    this.#host.emit({ event: 'lost', count: null, where: 'kernel', of });
    this.#host.emit({ event: 'resync', changes: knownOr(this.#table.read(), 0), of });
  }

  /** In the own mount namespace a thread asks from the top: nscope's root may be another. */
  #describe(ids: readonly bigint[]): Map<string, Mount> {
    const isOwn = this.#table.namespace.inode === this.#host.own.mnt;
    const own = isOwn ? attempt(() => openNamespace('/proc/self/ns/mnt')) : undefined;
    const fd = own && isKnown(own) ? own.fd : -1;
    const packed = attempt(() => readMounts(this.#id, { ids }, fd));
    if (own && isKnown(own)) closeNamespace(own);
    if (!isKnown(packed)) return new Map();
    return new Map(
      [...decodeWholeMounts(packed)].map((record) => [record.id, describeRecord(record, this.#table.mayBeLocked)]),
    );
  }
}
