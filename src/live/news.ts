// When an event told of a namespace or task last: what was read before that does not count against it.
import type { Moment } from './source.ts';

export class News {
  readonly #namespaces = new Map<string, Moment>();
  readonly #tasks = new Map<number, Moment>();

  /** @param key - the display form */
  ofNamespace(key: string, at: Moment): void {
    this.#namespaces.set(key, at);
  }

  ofTask(tid: number, at: Moment): void {
    this.#tasks.set(tid, at);
  }

  isOfNamespace(key: string, since: Moment): boolean {
    return (this.#namespaces.get(key) ?? 0) >= since;
  }

  isOfTask(tid: number, since: Moment): boolean {
    return (this.#tasks.get(tid) ?? 0) >= since;
  }

  /** What no reading can be older than any more. */
  forget(before: Moment): void {
    for (const [key, at] of this.#namespaces) if (at < before) this.#namespaces.delete(key);
    for (const [tid, at] of this.#tasks) if (at < before) this.#tasks.delete(tid);
  }
}
