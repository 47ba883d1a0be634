// Is the state that of the kernel's lists? What is known of each type is added up as the kernel's program does it, and kept
// up; where one alone has gone the difference says which.
import type { EventNamespace } from '../../model/live/events.ts';
import { keyOf } from '../../model/live/live-state.ts';
import { type NamespaceType, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import { mixId, type Tally } from '../../parse/records/bpf-tally.ts';

/** `same`; one that has `gone`; or another difference, for which the lists themselves are to be read. */
export type TallyDifference = 'same' | 'other' | { readonly gone: readonly EventNamespace[] };

export class NamespaceSums {
  readonly #namespaces = new Map<string, { readonly namespace: EventNamespace; readonly mixed: bigint }>();
  readonly #byMixed = new Map<bigint, EventNamespace>();
  readonly #sums = new Map<NamespaceType, Tally>(namespaceTypes.map((type) => [type, { sum: 0n, count: 0 }]));
  /** Without an id nothing can be added up. */
  readonly #withoutId = new Set<string>();

  constructor(namespaces: Iterable<EventNamespace>) {
    for (const namespace of namespaces) this.add(namespace);
  }

  add(namespace: EventNamespace): void {
    const key = keyOf(namespace);
    this.remove(namespace);
    if (namespace.id === null) {
      this.#withoutId.add(key);
      return;
    }
    const mixed = mixId(BigInt(namespace.id));
    this.#namespaces.set(key, { namespace, mixed });
    this.#byMixed.set(mixed, namespace);
    this.#count(namespace.type, mixed, 1);
  }

  /** Whatever has its type and number. */
  remove(namespace: EventNamespace): void {
    const key = keyOf(namespace);
    this.#withoutId.delete(key);
    const known = this.#namespaces.get(key);
    if (!known) return;
    this.#namespaces.delete(key);
    this.#byMixed.delete(known.mixed);
    this.#count(namespace.type, known.mixed, -1);
  }

  compare(tallies: ReadonlyMap<NamespaceType, Tally>): TallyDifference {
    if (this.#withoutId.size > 0) return 'other';
    const gone: EventNamespace[] = [];
    for (const [type, { sum, count }] of this.#sums) {
      const tally = tallies.get(type);
      if (!tally) return 'other';
      if (tally.sum === sum && tally.count === count) continue;
      const missing = tally.count === count - 1 && this.#byMixed.get(BigInt.asUintN(64, sum - tally.sum));
      if (!missing) return 'other';
      gone.push(missing);
    }
    return gone.length === 0 ? 'same' : { gone };
  }

  #count(type: NamespaceType, mixed: bigint, by: 1 | -1): void {
    const { sum, count } = this.#sums.get(type) as Tally;
    this.#sums.set(type, { sum: BigInt.asUintN(64, by === 1 ? sum + mixed : sum - mixed), count: count + by });
  }
}
