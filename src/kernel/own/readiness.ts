// Waits for descriptors without polling them: epoll(7) in a thread of the addon, which calls back on the main thread.
import type { Addon } from '../addon/addon.ts';

/** EPOLLIN and EPOLLPRI of epoll_ctl(2). */
export const readable = 0x001;
export const exceptional = 0x002;

interface Awaited {
  readonly fd: number;
  /** EPOLL* values. */
  readonly events: number;
  /** Called on the main thread; afterwards it is waited for again. */
  ready(): void;
}

/** Descriptors that one thread waits for: 128 at most, each of which stays open until it has been removed. */
export class Readiness {
  readonly #addon: Addon;
  readonly #watch: object;
  readonly #awaited = new Map<number, Awaited>();
  #closed = false;

  constructor(addon: Addon) {
    this.#addon = addon;
    this.#watch = addon.readinessOpen((indices) => {
      for (const index of indices) this.#tell(index);
    });
  }

  /**
   * @returns what ends the waiting for it
   * @throws SyscallError EPERM for a descriptor that cannot be waited for, EINVAL for one too many
   */
  add(awaited: Awaited): () => void {
    const index = this.#addon.readinessAdd(this.#watch, awaited.fd, awaited.events);
    this.#awaited.set(index, awaited);
    return () => {
      if (this.#closed || this.#awaited.get(index) !== awaited) return;
      this.#awaited.delete(index);
      this.#addon.readinessRemove(this.#watch, index);
    };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#addon.readinessClose(this.#watch);
  }

  #tell(index: number): void {
    const awaited = this.#closed ? undefined : this.#awaited.get(index);
    if (!awaited) return;
    awaited.ready();
    if (!this.#closed && this.#awaited.get(index) === awaited) this.#addon.readinessRearm(this.#watch, index);
  }
}

/**
 * @param awaited - descriptors, which stay open until the returned function has been called
 * @returns ends the waiting
 * @throws SyscallError EPERM for a descriptor that cannot be waited for
 */
export function awaitReadiness(addon: Addon, awaited: readonly Awaited[]): () => void {
  const readiness = new Readiness(addon);
  try {
    for (const one of awaited) readiness.add(one);
  } catch (error) {
    readiness.close();
    throw error;
  }
  return () => readiness.close();
}
