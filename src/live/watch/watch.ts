// The stream of events: the whole state first, then each change, in bounded memory.
import type { EventDraft, EventSource, StreamElement } from '../../model/live/events.ts';
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';
import type { Snapshot } from '../../model/snapshot/schema.ts';
import { Contents, wantsContents } from '../contents/contents.ts';
import { EventQueue } from '../events/event-queue.ts';
import { now } from '../events/source.ts';
import { toTimestamp } from '../events/timestamp.ts';
import type { WatchOptions } from '../events/watch-options.ts';
import { thisHost, type WatchedHost } from './watched-host.ts';
import { Watcher } from './watcher.ts';

type Arrived = EventDraft & { readonly at: string };

const usualQueueLimit = 65_536;

/**
 * Watches the namespaces of this host. The first element is the whole state, with the source in use and what that cannot
 * see; each element after it is one event. A reader that falls behind by more than `queueLimit` events gets `lost` with
 * their number, and then the whole state again.
 *
 * Ends when the reader leaves the loop or `signal` is aborted; no timer and none of its descriptors or programs is left
 * then. The thread that takes whole snapshots stays idle for the next stream, and does not keep the process running.
 * @throws EventSourceError when the source that was asked for is not to be had
 * @throws NoProcError where there is no /proc to read
 * @throws TypeError, RangeError for `mounts` and `links` that are no lists of inodes, or too long
 */
export function watch(options: WatchOptions = {}): AsyncGenerator<StreamElement, void, void> {
  return watchHost(options, thisHost);
}

/** The same, of a host that may be another than this one. */
export async function* watchHost(options: WatchOptions, host: WatchedHost): AsyncGenerator<StreamElement, void, void> {
  const { signal } = options;
  if (signal?.aborted) return;
  const stream = new Stream(options, host);
  const stop = (): void => stream.wake();
  signal?.addEventListener('abort', stop);
  try {
    yield stream.describeState(stream.watcher.takeFirst());
    while (!signal?.aborted) {
      const element = stream.isStateDue ? await stream.readState() : stream.next();
      if (element) yield element;
      else await stream.arrival();
    }
  } finally {
    signal?.removeEventListener('abort', stop);
    stream.stop();
  }
}

class Stream {
  readonly watcher: Watcher;
  /** Of the namespaces whose mounts or links are asked for. */
  readonly #contents: Contents | undefined;
  readonly #queue: EventQueue<Arrived>;
  readonly #options: WatchOptions;
  readonly #types: ReadonlySet<NamespaceType> | undefined;
  #seq = 0;
  #wake: (() => void) | undefined;
  #stateDue = false;

  constructor(options: WatchOptions, host: WatchedHost) {
    this.#options = options;
    this.#types = options.types && options.types.length > 0 ? new Set(options.types) : undefined;
    this.#queue = new EventQueue(options.queueLimit ?? usualQueueLimit);
    this.#contents = wantsContents(options) ? new Contents(options) : undefined;
    let watcher: Watcher | undefined;
    try {
      watcher = new Watcher(options, {}, host);
      this.#startContents(watcher, host);
    } catch (error) {
      watcher?.stop();
      this.#contents?.close();
      throw error;
    }
    this.watcher = watcher;
    watcher.listen((event) => {
      this.#contents?.note(event);
      if (this.#isWanted(event)) this.#push(event);
    });
  }

  #startContents(watcher: Watcher, { clock }: WatchedHost): void {
    this.#contents?.start({
      state: watcher.state,
      clock,
      catchUp: () => watcher.catchUp(),
      emit: (event) => this.#push({ ...event, at: event.at ?? toTimestamp(now()) }),
    });
  }

  stop(): void {
    this.watcher.stop();
    this.#contents?.close();
  }

  #push(event: Arrived): void {
    this.#queue.push(event);
    this.wake();
  }

  wake(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  arrival(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Whether the reader has lost events, and gets the whole state next. */
  get isStateDue(): boolean {
    return this.#stateDue;
  }

  /** What happens while the snapshot is taken follows it. That some of it is in it already changes nothing. */
  async readState(): Promise<StreamElement> {
    this.#stateDue = false;
    return this.describeState(await this.watcher.readWhole());
  }

  next(): StreamElement | undefined {
    const event = this.#queue.shift();
    if (event) return { ...event, seq: ++this.#seq };
    const count = this.#queue.takeDropped();
    if (count === 0) return undefined;
    this.#stateDue = true;
    return { event: 'lost', where: 'reader', count, seq: ++this.#seq, at: toTimestamp(now()) };
  }

  describeState(snapshot: Snapshot): StreamElement {
    const source: EventSource = this.watcher.about;
    const contents = this.#contents?.describe() ?? {};
    return { event: 'state', source, snapshot, ...contents, seq: ++this.#seq, at: toTimestamp(now()) };
  }

  #isWanted(event: EventDraft): boolean {
    if (event.event === 'lost' || event.event === 'resync') return true;
    if ((event.event === 'held' || event.event === 'released') && this.#options.holders === false) return false;
    if (event.event === 'described' && !this.#options.processes) return false;
    if ('namespace' in event) return !this.#types || this.#types.has(event.namespace.type);
    return this.#options.processes === true;
  }
}
