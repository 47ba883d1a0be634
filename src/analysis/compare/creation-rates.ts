// How many namespaces are made each second: in all, of each type, and by processes in each namespace?
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';

/** Rates are those of so many whole seconds. */
const windowSeconds = 5;

interface Second {
  readonly number: number;
  readonly counts: Map<string, number>;
}

export class CreationRates {
  readonly #seconds: Second[] = [];

  /** @param makerInodes - of the namespaces that the maker was in; empty where nobody saw it */
  noteCreated(type: NamespaceType, makerInodes: Iterable<number>, nowMs: number): void {
    this.#add(['created', type, ...[...makerInodes].map(String)], nowMs);
  }

  noteEnded(nowMs: number): void {
    this.#add(['ended'], nowMs);
  }

  createdPerSecond(nowMs: number): number {
    return this.#rate('created', nowMs);
  }

  endedPerSecond(nowMs: number): number {
    return this.#rate('ended', nowMs);
  }

  typePerSecond(type: NamespaceType, nowMs: number): number {
    return this.#rate(type, nowMs);
  }

  /** By processes in a namespace. */
  byMembersPerSecond(inode: number, nowMs: number): number {
    return this.#rate(String(inode), nowMs);
  }

  #add(keys: readonly string[], nowMs: number): void {
    const { counts } = this.#second(nowMs);
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  }

  #second(nowMs: number): Second {
    const number = Math.floor(nowMs / 1000);
    const last = this.#seconds.at(-1);
    if (last && last.number === number) return last;
    const second = { number, counts: new Map<string, number>() };
    this.#seconds.push(second);
    this.#forget(number);
    return second;
  }

  /** The second that has not passed yet counts as what it has. */
  #rate(key: string, nowMs: number): number {
    this.#forget(Math.floor(nowMs / 1000));
    return this.#seconds.reduce((sum, { counts }) => sum + (counts.get(key) ?? 0), 0) / windowSeconds;
  }

  #forget(number: number): void {
    while (this.#seconds[0] && this.#seconds[0].number <= number - windowSeconds) this.#seconds.shift();
  }
}
