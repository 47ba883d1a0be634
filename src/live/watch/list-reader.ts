// Tells what the kernel's list of namespaces has that no event told of: what came by a way without an event, and what ended.

import { type NamespaceTally, openNamespaceTally } from '../../kernel/bpf/namespace-tally.ts';
import type { EventDraft, EventNamespace } from '../../model/live/events.ts';
import { keyOf, type LiveState } from '../../model/live/live-state.ts';
import type { EventTimes } from '../events/event-times.ts';
import { type Moment, now } from '../events/source.ts';
import { compareWithList, type KernelNamespace } from '../lists/listed-namespaces.ts';
import { NamespaceSums } from '../lists/namespace-sums.ts';

export interface ListHost {
  readonly state: LiveState;
  readonly eventTimes: EventTimes;
  /** Takes the events that wait: they are older than the list. */
  drain(): void;
  emit(event: EventDraft): void;
  /** Asks for another reading before long. */
  again(): void;
}

/** So long a namespace may be listed before the event of its making is here. */
const graceNs = 20_000_000;

export class ListReader {
  readonly #host: ListHost;
  /** Listed namespaces of which no event has told yet: who made them may still be said. */
  readonly #unexplained = new Map<string, { readonly namespace: KernelNamespace; readonly at: Moment }>();

  readonly #tally: NamespaceTally | undefined;
  readonly #sums: NamespaceSums;

  constructor(host: ListHost) {
    this.#host = host;
    this.#tally = openNamespaceTally();
    this.#sums = new NamespaceSums(host.state.namespaces.values());
  }

  close(): void {
    this.#tally?.close();
  }

  /** Every event, once the state has it. */
  note({ event, namespace }: { readonly event: string; readonly namespace: EventNamespace }): void {
    if (event === 'created') this.#sums.add(namespace);
    else if (event === 'destroyed') this.#sums.remove(namespace);
  }

  /** Mostly the sums say that nothing differs, or what has gone. */
  read(): void {
    this.#host.drain();
    const began = now();
    const tallies = this.#unexplained.size === 0 ? this.#tally?.read() : undefined;
    if (!tallies) {
      this.#readLists();
      return;
    }
    let difference = this.#sums.compare(tallies);
    if (difference !== 'same') {
      // What came meanwhile is told by an event that waits.
      this.#host.drain();
      difference = this.#sums.compare(tallies);
    }
    if (difference === 'same') return;
    if (
      difference === 'other' ||
      difference.gone.some((one) => this.#host.eventTimes.hasNamespaceEvent(keyOf(one), began))
    )
      this.#readLists();
    else for (const namespace of difference.gone) this.#host.emit({ event: 'destroyed', namespace });
  }

  #readLists(): void {
    const { state, eventTimes } = this.#host;
    const began = now();
    const read = compareWithList(state.namespaces);
    if (!read) return;
    this.#host.drain();
    for (const namespace of read.gone)
      if (
        state.namespaces.get(keyOf(namespace)) === namespace &&
        !eventTimes.hasNamespaceEvent(keyOf(namespace), began)
      )
        this.#host.emit({ event: 'destroyed', namespace });
    const listed = new Map(read.come.map((namespace) => [nameOf(namespace), namespace]));
    for (const [name, namespace] of listed)
      if (!this.#isKnown(namespace) && !eventTimes.hasNamespaceEvent(keyOf(namespace), began))
        this.#awaitEvent(name, namespace, began);
    for (const [name, { namespace }] of this.#unexplained) {
      if (!this.#isKnown(namespace) && listed.has(name)) continue;
      this.#unexplained.delete(name);
      // It has gone, and nobody told who it was of.
      if (state.namespaces.has(keyOf(namespace))) continue;
      this.#emitSeen(namespace);
      this.#host.emit({ event: 'destroyed', namespace });
    }
  }

  /** Whether the event of its making may still come. */
  isAwaited(namespace: EventNamespace): boolean {
    if (namespace.id === null || this.#isKnown(namespace)) return false;
    const seen = this.#unexplained.get(nameOf(namespace));
    return seen === undefined || now() - seen.at < graceNs;
  }

  #awaitEvent(name: string, namespace: KernelNamespace, began: Moment): void {
    const { at } = this.#unexplained.get(name) ?? { at: began };
    if (began - at >= graceNs) this.#emitSeen(namespace);
    else {
      this.#unexplained.set(name, { namespace, at });
      this.#host.again();
    }
  }

  #emitSeen(namespace: KernelNamespace): void {
    this.#host.emit({ event: 'created', namespace, how: 'seen', process: null });
  }

  #isKnown(namespace: EventNamespace): boolean {
    return this.#host.state.namespaces.get(keyOf(namespace))?.id === namespace.id;
  }
}

/** Tells it also from one that had its number before. */
function nameOf(namespace: EventNamespace): string {
  return `${keyOf(namespace)} ${namespace.id}`;
}
