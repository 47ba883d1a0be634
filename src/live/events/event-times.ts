// When an event told of a namespace or task last: what was read before that does not count against it.
import { type Moment, now } from './source.ts';

export class EventTimes {
  readonly #namespaces = new Map<string, Moment>();
  readonly #tasks = new Map<number, Moment>();
  /** When those began that have not ended. */
  readonly #readings = new Set<Moment>();

  /** @param key - the display form */
  noteNamespace(key: string, at: Moment): void {
    this.#namespaces.set(key, at);
  }

  noteTask(tid: number, at: Moment): void {
    this.#tasks.set(tid, at);
  }

  hasNamespaceEvent(key: string, since: Moment): boolean {
    return (this.#namespaces.get(key) ?? 0) >= since;
  }

  hasTaskEvent(tid: number, since: Moment): boolean {
    return (this.#tasks.get(tid) ?? 0) >= since;
  }

  /** @param read - is told the moment it began: what is told from then on is newer than what it finds */
  async duringReading<T>(read: (began: Moment) => Promise<T>): Promise<T> {
    const began = now();
    this.#readings.add(began);
    try {
      return await read(began);
    } finally {
      this.#readings.delete(began);
      this.#forget(Math.min(began, ...this.#readings));
    }
  }

  /** What no reading can be older than any more. */
  #forget(before: Moment): void {
    for (const [key, at] of this.#namespaces) if (at < before) this.#namespaces.delete(key);
    for (const [tid, at] of this.#tasks) if (at < before) this.#tasks.delete(tid);
  }
}
