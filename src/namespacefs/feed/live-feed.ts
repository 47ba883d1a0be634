// A feed that is told: events change the state, and the snapshot that is shown is made from it, without reading the host.
import { performance } from 'node:perf_hooks';
import { EventSourceError } from '../../live/events/open-source.ts';
import { LiveSnapshot } from '../../live/watch/live-snapshot.ts';
import { Watcher } from '../../live/watch/watcher.ts';
import type { EventDraft, EventNamespace } from '../../model/live/events.ts';
import type { Snapshot } from '../../model/snapshot/schema.ts';
import type { FeedChange, NamespaceLifetimeChange, SnapshotFeed, SnapshotListener } from './snapshot-feed.ts';

/** What comes at once is shown at once. */
const gatherMs = 5;
/** Showing another state may take this share of the time, while listeners still hear of it soon enough. */
const maxShare = 0.2;
const maxRestMs = 40;

/** @returns undefined where events do not tell of every namespace as it comes and goes */
export function openLiveFeed(log: (text: string) => void): LiveFeed | undefined {
  for (const source of ['bpf-hooks', 'bpf'] as const)
    try {
      const watcher = new Watcher({ source }, { workloads: true });
      if (watcher.tellsNamespaces) return new LiveFeed(watcher, log);
      watcher.stop();
      return undefined;
    } catch (error) {
      if (!(error instanceof EventSourceError)) throw error;
    }
  return undefined;
}

class LiveFeed implements SnapshotFeed {
  readonly delayMs = 100;
  readonly #watcher: Watcher;
  readonly #log: (text: string) => void;
  readonly #live: LiveSnapshot;
  readonly #listeners = new Set<SnapshotListener>();
  #changes: FeedChange[] = [];
  #shownAt = performance.now();
  #costMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(watcher: Watcher, log: (text: string) => void) {
    this.#watcher = watcher;
    this.#log = log;
    this.#live = new LiveSnapshot(watcher);
    watcher.listen((event) => this.#take(event));
    watcher.onFailure((error) => this.#tell('no snapshot could be taken', error));
  }

  current(): Snapshot {
    this.#watcher.catchUp();
    if (this.#live.isStale && performance.now() - this.#shownAt >= this.#restMs()) this.#show();
    return this.#live.snapshot;
  }

  onChange(listener: SnapshotListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Events come whether somebody waits for them or not. */
  watch(): () => void {
    return () => {};
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#watcher.stop();
  }

  #restMs(): number {
    return Math.min(this.#costMs / maxShare, maxRestMs);
  }

  #take(event: EventDraft & { readonly at: string }): void {
    if (event.event === 'created') {
      const { process } = event;
      const by = process ? { uid: process.uid, pid: process.pid, comm: process.comm } : undefined;
      this.#note({ ...toChange('created', event.namespace, event.at), namespace: undefined, by });
    } else if (event.event === 'destroyed') {
      const { namespace } = event;
      this.#note({ ...toChange('destroyed', namespace, event.at), namespace: this.#live.find(namespace) });
    } else if (event.event === 'lost') this.#note({ kind: 'lost', count: event.count, at: event.at });
  }

  #note(change: FeedChange): void {
    this.#changes.push(change);
    if (this.#timer) return;
    const restMs = this.#shownAt + this.#restMs() - performance.now();
    this.#timer = setTimeout(() => this.#showOrLog(), Math.max(gatherMs, restMs));
    this.#timer.unref();
  }

  #showOrLog(): void {
    try {
      this.#show();
    } catch (error) {
      this.#tell('the state could not be shown', error);
    }
  }

  #tell(what: string, error: unknown): void {
    this.#log(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }

  #show(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const started = performance.now();
    const changes = this.#changes;
    this.#changes = [];
    const snapshot = this.#live.update();
    if (changes.length > 0) {
      const told = changes.map((change) =>
        change.kind === 'created' ? { ...change, namespace: this.#live.find(change) } : change,
      );
      for (const listener of this.#listeners) listener(snapshot, told);
    }
    this.#shownAt = performance.now();
    this.#costMs = this.#shownAt - started;
  }
}

function toChange(
  kind: NamespaceLifetimeChange['kind'],
  { type, inode, id }: EventNamespace,
  at: string,
): Omit<NamespaceLifetimeChange, 'namespace'> {
  return { kind, type, inode, id, at };
}
