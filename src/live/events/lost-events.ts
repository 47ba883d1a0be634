// Events that were lost and not told of yet: how many, and since when a comparison makes good for them.
import type { EventDraft } from '../../model/live/events.ts';
import type { Moment } from './source.ts';

export class LostEvents {
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
   * What to tell behind a comparison that began at a moment and gave so many changes: it makes good for what was lost before.
   * What was lost since may be in it or not, and stays.
   */
  takeEvents(began: Moment, changes: number): EventDraft[] {
    const count = this.#count;
    if (count === undefined || this.#at >= began) return [];
    this.#count = undefined;
    return [
      { event: 'lost', count, where: 'kernel' },
      { event: 'resync', changes },
    ];
  }
}
