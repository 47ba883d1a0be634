// The snapshot of the present, kept up by the events of a watcher: nothing is read anew but what the kernel's list says of
// namespaces that are new, and the PIDs of processes in nested pid namespaces.
import { readTextFile } from '../../kernel/files/files.ts';
import type { EventDraft, EventNamespace } from '../../model/live/events.ts';
import { keyOf } from '../../model/live/live-state.ts';
import { PresentSnapshot } from '../../model/live/present-snapshot.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { Namespace, Snapshot } from '../../model/snapshot/schema.ts';
import { parseNestedPids } from '../../parse/proc/status.ts';
import { findListed, type KernelNamespace } from '../lists/listed-namespaces.ts';
import type { Watcher } from './watcher.ts';

export class LiveSnapshot {
  readonly #watcher: Watcher;
  readonly #present: PresentSnapshot;
  /** By 64-bit id, of namespaces that no whole snapshot has yet. */
  readonly #details = new Map<string, KernelNamespace>();
  readonly #unread = new Map<string, EventNamespace>();
  #snapshot: Snapshot;
  #isStale = false;

  constructor(watcher: Watcher) {
    this.#watcher = watcher;
    const { state } = watcher;
    const first = watcher.takeFirst();
    const details = ({ id }: EventNamespace) => (id === null ? undefined : this.#details.get(id));
    this.#present = new PresentSnapshot(first, state, { details, nestedPids: readNestedPids });
    this.#snapshot = this.#present.build(first.host.takenAt);
    watcher.listen((event) => this.#take(event));
    watcher.onWhole((change) => {
      this.#present.rebase(change);
      this.#isStale = true;
    });
  }

  /** As it was when it was brought up to date last. */
  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  /** Whether something has happened since. */
  get isStale(): boolean {
    return this.#isStale;
  }

  /** A namespace of that snapshot. */
  find(namespace: EventNamespace): Namespace | undefined {
    return this.#present.find(namespace);
  }

  update(): Snapshot {
    if (!this.#isStale) return this.#snapshot;
    this.#isStale = false;
    if (this.#unread.size > 0) for (const [id, listed] of findListed(this.#unread)) this.#details.set(id, listed);
    this.#unread.clear();
    this.#snapshot = this.#present.build(new Date().toISOString());
    return this.#snapshot;
  }

  #take(event: EventDraft): void {
    this.#isStale = true;
    switch (event.event) {
      case 'created':
        if (event.namespace.id !== null && this.#watcher.state.namespaces.has(keyOf(event.namespace)))
          this.#unread.set(event.namespace.id, event.namespace);
        break;
      case 'destroyed':
        if (event.namespace.id === null) break;
        this.#unread.delete(event.namespace.id);
        this.#details.delete(event.namespace.id);
        break;
    }
  }
}

function readNestedPids(pid: number): readonly number[] {
  const text = readTextFile(`/proc/${pid}/status`);
  return (isKnown(text) ? parseNestedPids(text) : undefined) ?? [pid];
}
