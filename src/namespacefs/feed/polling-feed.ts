// A feed that looks: often while somebody uses the file system or waits for events, seldom while nobody does.
import { performance } from 'node:perf_hooks';
import type { Snapshot } from '../../model/snapshot/schema.ts';
import { compareSnapshots } from './chronicle.ts';
import type { SnapshotFeed, SnapshotListener } from './snapshot-feed.ts';

interface PollingOptions {
  collect(): Snapshot;
  /**
   * Something cheap that differs whenever a namespace came or went; undefined where the kernel gives nothing of the kind.
   * With it a snapshot is taken only when there is a reason.
   */
  probe(): number | undefined;
  log(text: string): void;
}

/** A state that is younger is not taken anew. */
const freshMs = 50;
/** How often it is looked whether something came or went. */
const usedPeriodMs = 80;
const idlePeriodMs = 1000;
/** So long after the last use nobody uses it. */
const idleAfterMs = 10_000;
/** Taking snapshots may use this share of the time at most. */
const maxShare = 0.2;
/** And looking whether one is due this share. */
const maxProbeShare = 0.1;

export class PollingFeed implements SnapshotFeed {
  readonly delayMs = 100;
  readonly #options: PollingOptions;
  readonly #listeners = new Set<SnapshotListener>();
  #snapshot: Snapshot;
  #takenAt = 0;
  #costMs = 0;
  #probeMs = 0;
  #probed: number | undefined;
  #usedAt = performance.now();
  #watchers = 0;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: PollingOptions) {
    this.#options = options;
    this.#snapshot = this.#take();
    this.#schedule();
  }

  current(): Snapshot {
    const now = performance.now();
    const wasIdle = this.#isIdle(now);
    this.#usedAt = now;
    if (now - this.#takenAt > this.#freshMs()) this.#refresh();
    if (wasIdle) this.#schedule();
    return this.#snapshot;
  }

  onChange(listener: SnapshotListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  watch(): () => void {
    this.#watchers++;
    this.#schedule();
    let isWatching = true;
    return () => {
      if (isWatching) this.#watchers--;
      isWatching = false;
    };
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #isIdle(now: number): boolean {
    return this.#watchers === 0 && now - this.#usedAt > idleAfterMs;
  }

  #freshMs(): number {
    return Math.max(freshMs, this.#costMs / maxShare);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    const isIdle = this.#isIdle(performance.now());
    // Without a cheap sign, nothing is looked at for nobody.
    if (isIdle && this.#probed === undefined) return;
    const untilFreshMs = this.#takenAt + this.#freshMs() - performance.now();
    const periodMs = Math.max(isIdle ? idlePeriodMs : usedPeriodMs, untilFreshMs, this.#probeMs / maxProbeShare);
    this.#timer = setTimeout(() => this.#look(), periodMs);
    this.#timer.unref();
  }

  #look(): void {
    const started = performance.now();
    const probed = this.#options.probe();
    this.#probeMs = performance.now() - started;
    const isDue = probed === undefined ? performance.now() - this.#takenAt > this.#freshMs() : probed !== this.#probed;
    try {
      if (isDue) this.#refresh();
    } catch (error) {
      this.#options.log(`no snapshot could be taken: ${error instanceof Error ? error.message : String(error)}`);
    }
    this.#schedule();
  }

  #refresh(): void {
    const before = this.#snapshot;
    this.#snapshot = this.#take();
    const changes = compareSnapshots(this.#snapshot, before, Date.now());
    for (const listener of this.#listeners) listener(this.#snapshot, changes);
  }

  #take(): Snapshot {
    const spent = process.cpuUsage();
    // Before the snapshot: what comes after it is found by the next look.
    this.#probed = this.#options.probe();
    const snapshot = this.#options.collect();
    this.#takenAt = performance.now();
    // Not the time that passed: on a busy host the state is not to be older than it must.
    const { user, system } = process.cpuUsage(spent);
    this.#costMs = (user + system) / 1000;
    return snapshot;
  }
}
