// Mounts that come and go where the kernel reports no more than that something has changed: poll(2) on the mountinfo of a
// process in the mount namespace. The open file keeps the mount namespace alive, so that it is closed as soon as that
// process has ended or gone elsewhere. Where no process is, the mounts are compared from time to time.

import { attempt, closeDescriptor } from '../../kernel/files/files.ts';
import { openMountinfo } from '../../kernel/mounts/mount-changes.ts';
import { pidfdOpen } from '../../kernel/net/sockets.ts';
import { exceptional, readable } from '../../kernel/own/readiness.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import type { ContentsHost } from './contents-host.ts';
import { listMembers } from './find-ways.ts';
import type { MountTable } from './mount-table.ts';
import { PacedReading } from './paced-reading.ts';

/** Between two comparisons where nothing reports a change. */
const compareEveryMs = 5000;

/** From a change to the reading. */
const leastMs = 10;

interface Poll {
  readonly pid: number;
  stop(): void;
}

export class MountPolls {
  readonly #host: ContentsHost;
  readonly #table: MountTable;
  readonly #reading: PacedReading;
  #poll: Poll | undefined;
  #callOff = (): void => {};
  #closed = false;

  constructor(table: MountTable, host: ContentsHost) {
    this.#host = host;
    this.#table = table;
    this.#reading = new PacedReading(host.clock, leastMs, () => void table.read());
    this.#poll = this.#open();
    if (!this.#poll) this.#compareLater();
  }

  /** Whether the kernel reports changes. */
  get isTold(): boolean {
    return this.#poll !== undefined;
  }

  /** A process has ended, or left the mount namespace: another one is taken in its place. */
  left(pid: number): void {
    if (this.#poll?.pid === pid) this.#reopen();
  }

  /** Tells at once what is due. */
  drain(): void {
    if (this.#reading.isDue) this.#reading.now();
  }

  close(): void {
    this.#closed = true;
    this.#callOff();
    this.#reading.close();
    this.#poll?.stop();
    this.#poll = undefined;
  }

  #reopen(): void {
    this.#poll?.stop();
    this.#poll = this.#open();
    // Something may have changed while nobody listened.
    if (this.#poll) this.#reading.soon();
    else this.#compareLater();
  }

  #open(): Poll | undefined {
    const { inode } = this.#table.namespace;
    if (inode === this.#host.own.mnt) return this.#openOf(process.pid);
    for (const pid of listMembers(this.#host.state, 'mnt').get(inode) ?? []) {
      const poll = this.#openOf(pid);
      if (poll) return poll;
    }
    return undefined;
  }

  /** Undefined where it has ended, or is elsewhere by now. */
  #openOf(pid: number): Poll | undefined {
    const { readiness } = this.#host;
    const stops: (() => void)[] = [];
    const stop = (): void => {
      for (const one of stops.splice(0).reverse()) one();
    };
    const wait = (fd: Known<number>, events: number, ready: () => void): boolean => {
      if (!isKnown(fd)) return false;
      stops.push(() => closeDescriptor(fd));
      const added = attempt(() => readiness.add({ fd, events, ready }));
      if (isKnown(added)) stops.push(added);
      return isKnown(added);
    };
    const pidfd = () => attempt(() => pidfdOpen(pid));
    // Without word of its end the mount namespace might be kept alive: a thread that is not the leader has no pidfd.
    const isOpen =
      (pid === process.pid || wait(pidfd(), readable, () => this.left(pid))) &&
      wait(openMountinfo(pid, this.#table.namespace.inode), exceptional, () => this.#reading.soon());
    if (isOpen) return { pid, stop };
    stop();
    return undefined;
  }

  #compareLater(): void {
    this.#callOff();
    this.#callOff = this.#host.clock.later(() => {
      this.#reading.now();
      if (!this.#closed) this.#reopen();
    }, compareEveryMs);
  }
}
