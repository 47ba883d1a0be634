// Counts what the host refused, by what was asked for and errno, each with its first example.
import type { Refusal } from '../snapshot/schema.ts';

export class RefusalCounts {
  readonly #refusals = new Map<string, { -readonly [K in keyof Refusal]: Refusal[K] }>();
  #total = 0;

  /**
   * @param what - was asked for, in a few words
   * @param errno - its name
   * @param example - where
   */
  add(what: string, errno: string, example: string): void {
    this.#total++;
    const known = this.#refusals.get(what + errno);
    if (known) known.count++;
    else this.#refusals.set(what + errno, { what, errno, count: 1, example });
  }

  get total(): number {
    return this.#total;
  }

  /** In the order of their first examples. */
  list(): readonly Refusal[] {
    return Object.freeze([...this.#refusals.values()]);
  }
}
