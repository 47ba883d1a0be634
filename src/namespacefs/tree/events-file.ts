// The two files of events. The log has the last ones and ends after them, as a file does; whoever reads on, or polls, gets
// what comes. Who follows hears of everything from the opening on, and waits for what has not happened yet.
import { constants } from 'node:os';

export type EventsKind = 'log' | 'follow';

/** Of the last events the log keeps so much. */
const maxKeptBytes = 256 * 1024;
/** Who opens a file and never reads may be behind by this much more; then lines are dropped, and counted. */
const maxWaitingBytes = 256 * 1024;

interface Reader {
  readonly kind: EventsKind;
  readonly maxBytes: number;
  /** Bytes that were not read yet. */
  waiting: Buffer[];
  waitingBytes: number;
  lost: number;
  /** Reads without an answer yet. */
  pending: { readonly unique: bigint; readonly size: number }[];
  pollId: bigint | undefined;
}

interface EventsOutput {
  /** Answers a read. */
  data(unique: bigint, bytes: Uint8Array): void;
  error(unique: bigint, errno: number): void;
  wake(pollId: bigint): void;
}

export class EventsFile {
  readonly #readers = new Map<number, Reader>();
  readonly #kept: Buffer[] = [];
  #keptBytes = 0;
  #writtenBytes = 0;
  #writtenAtMs: number | undefined;
  readonly #output: EventsOutput;

  constructor(output: EventsOutput) {
    this.#output = output;
  }

  get readers(): number {
    return this.#readers.size;
  }

  /** Of all events so far: the size of the log, which may have dropped the first of them. */
  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /** When the last event was written, in ms since 1970. */
  get writtenAtMs(): number | undefined {
    return this.#writtenAtMs;
  }

  open(handle: number, kind: EventsKind): void {
    const waiting = kind === 'log' ? [...this.#kept] : [];
    const waitingBytes = kind === 'log' ? this.#keptBytes : 0;
    const maxBytes = waitingBytes + maxWaitingBytes;
    this.#readers.set(handle, { kind, maxBytes, waiting, waitingBytes, lost: 0, pending: [], pollId: undefined });
  }

  /** @returns whether there was such a reader */
  close(handle: number): boolean {
    const reader = this.#readers.get(handle);
    for (const { unique } of reader?.pending ?? []) this.#output.error(unique, constants.errno.EINTR);
    return this.#readers.delete(handle);
  }

  read(handle: number, unique: bigint, size: number, blocking: boolean): void {
    const reader = this.#readers.get(handle);
    if (!reader) this.#output.error(unique, constants.errno.EBADF);
    else if (reader.waitingBytes === 0 && !blocking) this.#output.error(unique, constants.errno.EAGAIN);
    else if (reader.waitingBytes === 0 && reader.kind === 'log') this.#output.data(unique, new Uint8Array(0));
    else {
      reader.pending.push({ unique, size });
      this.#serve(reader);
    }
  }

  /** FUSE_INTERRUPT: a signal came for whoever waits. */
  interrupt(unique: bigint): void {
    for (const reader of this.#readers.values()) {
      const at = reader.pending.findIndex((read) => read.unique === unique);
      if (at < 0) continue;
      reader.pending.splice(at, 1);
      this.#output.error(unique, constants.errno.EINTR);
    }
  }

  /** @returns whether there is something to read; if not, `pollId` is woken when there is */
  poll(handle: number, pollId: bigint | undefined): boolean {
    const reader = this.#readers.get(handle);
    if (!reader || reader.waitingBytes > 0) return true;
    if (pollId !== undefined) reader.pollId = pollId;
    return false;
  }

  publish(lines: readonly string[]): void {
    if (lines.length === 0) return;
    const bytes = Buffer.from(`${lines.join('\n')}\n`);
    this.#keep(bytes);
    for (const reader of this.#readers.values()) {
      this.#append(reader, bytes, lines.length);
      this.#serve(reader);
      if (reader.waitingBytes === 0 || reader.pollId === undefined) continue;
      this.#output.wake(reader.pollId);
      reader.pollId = undefined;
    }
  }

  /** Whole lines are dropped: each part was published at once. */
  #keep(bytes: Buffer): void {
    this.#writtenBytes += bytes.length;
    this.#writtenAtMs = Date.now();
    this.#kept.push(bytes);
    this.#keptBytes += bytes.length;
    while (this.#keptBytes > maxKeptBytes) this.#keptBytes -= this.#kept.shift()?.length ?? this.#keptBytes;
  }

  #append(reader: Reader, bytes: Buffer, lines: number): void {
    if (reader.waitingBytes + bytes.length > reader.maxBytes) {
      reader.lost += lines;
      return;
    }
    const told = reader.lost > 0 ? [Buffer.from(`${new Date().toISOString()} lost ${reader.lost}\n`)] : [];
    reader.lost = 0;
    for (const part of [...told, bytes]) {
      reader.waiting.push(part);
      reader.waitingBytes += part.length;
    }
  }

  #serve(reader: Reader): void {
    while (reader.waitingBytes > 0) {
      const read = reader.pending.shift();
      if (!read) return;
      const all = Buffer.concat(reader.waiting);
      const rest = all.subarray(read.size);
      reader.waiting = rest.length > 0 ? [rest] : [];
      reader.waitingBytes = rest.length;
      this.#output.data(read.unique, all.subarray(0, read.size));
    }
  }
}
