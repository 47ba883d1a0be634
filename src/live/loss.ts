// Events that were lost and not told of yet: how many, and since when a comparison makes good for them.
import type { Moment } from './source.ts';

export class Loss {
  #count: number | null | undefined;
  #at: Moment = 0;

  /** @param count - null where the number is not known */
  add(count: number | null, at: Moment): void {
    this.#count = count === null || this.#count === null ? null : (this.#count ?? 0) + count;
    this.#at = at;
  }

  get isAny(): boolean {
    return this.#count !== undefined;
  }

  /**
   * What a comparison that began at a moment makes good for; what was lost since may be in it or not, and stays.
   * @returns undefined where nothing was lost before that
   */
  take(began: Moment): number | null | undefined {
    if (this.#at >= began) return undefined;
    const count = this.#count;
    this.#count = undefined;
    return count;
  }
}
