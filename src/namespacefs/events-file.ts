// The file of events: each who opens it hears of everything from then on, and waits for what has not happened yet.
import { constants } from 'node:os';

/** Who opens the file and never reads may be behind by this much; then lines are dropped, and counted. */
const mostWaitingBytes = 256 * 1024;

interface Reader {
  /** Bytes that were not read yet. */
  waiting: Buffer[];
  waitingBytes: number;
  lost: number;
  /** Reads without an answer yet. */
  pending: { readonly unique: bigint; readonly size: number }[];
  pollId: bigint | undefined;
}

export interface EventsOutput {
  /** Answers a read. */
  data(unique: bigint, bytes: Uint8Array): void;
  error(unique: bigint, errno: number): void;
  wake(pollId: bigint): void;
}

export class EventsFile {
  readonly #readers = new Map<number, Reader>();
  readonly #output: EventsOutput;

  constructor(output: EventsOutput) {
    this.#output = output;
  }

  get readers(): number {
    return this.#readers.size;
  }

  open(handle: number): void {
    this.#readers.set(handle, { waiting: [], waitingBytes: 0, lost: 0, pending: [], pollId: undefined });
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
    if (lines.length === 0 || this.#readers.size === 0) return;
    const bytes = Buffer.from(`${lines.join('\n')}\n`);
    for (const reader of this.#readers.values()) {
      this.#append(reader, bytes, lines.length);
      this.#serve(reader);
      if (reader.waitingBytes === 0 || reader.pollId === undefined) continue;
      this.#output.wake(reader.pollId);
      reader.pollId = undefined;
    }
  }

  #append(reader: Reader, bytes: Buffer, lines: number): void {
    if (reader.waitingBytes + bytes.length > mostWaitingBytes) {
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
