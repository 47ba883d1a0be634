// Counts events: by kind since the last look, and by kind and type in all.
import { performance } from 'node:perf_hooks';
import type { NamespaceEvent } from '../../model/live/events.ts';

export class EventCounts {
  readonly #started = performance.now();
  readonly #all: Record<string, number> = {};
  readonly #types: Record<string, Record<string, number>> = {};
  #recent: Record<string, number> = {};

  add(event: NamespaceEvent): void {
    const kind = event.event;
    const count = event.event === 'lost' ? (event.count ?? 1) : 1;
    this.#recent[kind] = (this.#recent[kind] ?? 0) + count;
    this.#all[kind] = (this.#all[kind] ?? 0) + count;
    if (!('namespace' in event)) return;
    this.#types[kind] ??= {};
    const types = this.#types[kind];
    types[event.namespace.type] = (types[event.namespace.type] ?? 0) + 1;
  }

  /** Since the last call. */
  take(): Readonly<Record<string, number>> {
    const recent = this.#recent;
    this.#recent = {};
    return recent;
  }

  totals(): {
    readonly seconds: number;
    readonly events: Readonly<Record<string, number>>;
    readonly types: Readonly<Record<string, Readonly<Record<string, number>>>>;
  } {
    const seconds = Math.round(performance.now() - this.#started) / 1000;
    return { seconds, events: this.#all, types: this.#types };
  }
}
