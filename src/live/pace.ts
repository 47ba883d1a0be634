// When to read again: soon after something happened, now and then where nothing tells of it, and never so often that the
// reading itself becomes a load.
import { performance } from 'node:perf_hooks';

export interface Readings {
  /** Reads the kernel's list of namespaces; undefined where it has none. */
  readonly list: (() => void) | undefined;
  /** Takes a snapshot. */
  readonly whole: () => void;
  /** Tells cheaply whether holders changed; undefined where only a snapshot can. */
  readonly fingerprint: (() => string | undefined) | undefined;
  /** Whether events tell of the making and freeing of every namespace. */
  readonly tellsNamespaces: boolean;
  readonly tellsProcesses: boolean;
  /** Between snapshots where nothing tells of changes. */
  readonly intervalMs: number | undefined;
}

const soonMs = 15;
/** An end is seen this long after it at the latest; while things happen, the shorter time. */
const beatMs = 200;
const busyBeatMs = 50;
const busyForMs = 1000;
const fingerprintMs = 1000;
const comparisonMs = 1000;
const wholeSoonMs = 50;
/** Of the time, snapshots take one part in so many, and one in so many where nothing asked for them. */
const shareAsked = 30;
const shareUnasked = 50;
/** Readings of the list alike, while things happen. */
const shareOfLists = 20;
/** What no event and no fingerprint shows is found after this. */
const wholeAtLeastMs = 30_000;

export class Pace {
  readonly #readings: Readings;
  readonly #timers = new Map<'list' | 'whole' | 'fingerprint', { timer: NodeJS.Timeout; at: number }>();
  #busyUntil = 0;
  #wholeEnded = performance.now();
  #wholeCostMs = 0;
  #listEnded = 0;
  #listCostMs = 0;
  #fingerprint: string | undefined;
  #stopped = false;

  constructor(readings: Readings) {
    this.#readings = readings;
  }

  start(): void {
    this.#wholeEnded = performance.now();
    this.#beat();
    this.#later('whole', this.#usualWholeMs());
    if (this.#readings.fingerprint) {
      this.#fingerprint = this.#readings.fingerprint();
      if (this.#fingerprint !== undefined) this.#later('fingerprint', fingerprintMs);
    }
  }

  stop(): void {
    this.#stopped = true;
    for (const { timer } of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  /** Something happened to a namespace. */
  stir(): void {
    this.#busyUntil = performance.now() + busyForMs;
    if (!this.#readings.list) this.wholeSoon();
    else this.#later('whole', Math.max(busyForMs, this.#earliestWholeMs(shareUnasked)));
  }

  listSoon(): void {
    this.stir();
    if (this.#readings.list) this.#later('list', Math.max(soonMs, this.#earliestListMs()));
  }

  wholeSoon(): void {
    this.#later('whole', Math.max(wholeSoonMs, this.#earliestWholeMs(shareAsked)));
  }

  wholeNow(): void {
    this.#later('whole', Math.max(soonMs, this.#wholeCostMs));
  }

  #beat(): void {
    if (!this.#readings.list || this.#readings.tellsNamespaces) return;
    const beat = performance.now() < this.#busyUntil ? Math.max(busyBeatMs, this.#earliestListMs()) : beatMs;
    this.#later('list', Math.min(beat, beatMs));
  }

  /** Until a snapshot without any reason. */
  #usualWholeMs(): number {
    const { list, tellsNamespaces, tellsProcesses, intervalMs } = this.#readings;
    const usual = tellsProcesses && (list || tellsNamespaces) ? wholeAtLeastMs : comparisonMs;
    // Whoever names an interval wants it kept.
    return Math.max(intervalMs ?? usual, this.#earliestWholeMs(intervalMs === undefined ? shareUnasked : 1));
  }

  #earliestWholeMs(share: number): number {
    return Math.max(0, this.#wholeEnded + this.#wholeCostMs * share - performance.now());
  }

  #earliestListMs(): number {
    return Math.max(0, this.#listEnded + this.#listCostMs * shareOfLists - performance.now());
  }

  /** An earlier time takes the place of a later one. */
  #later(what: 'list' | 'whole' | 'fingerprint', ms: number): void {
    if (this.#stopped) return;
    const at = performance.now() + ms;
    const known = this.#timers.get(what);
    if (known && known.at <= at) return;
    if (known) clearTimeout(known.timer);
    this.#timers.set(what, { at, timer: setTimeout(() => this.#run(what), ms) });
  }

  #run(what: 'list' | 'whole' | 'fingerprint'): void {
    this.#timers.delete(what);
    const started = performance.now();
    if (what === 'list') {
      this.#readings.list?.();
      this.#listEnded = performance.now();
      this.#listCostMs = this.#listEnded - started;
      this.#beat();
    } else if (what === 'whole') {
      this.#readings.whole();
      this.#wholeEnded = performance.now();
      this.#wholeCostMs = this.#wholeEnded - started;
      this.#later('whole', this.#usualWholeMs());
    } else {
      const before = this.#fingerprint;
      this.#fingerprint = this.#readings.fingerprint?.();
      if (this.#fingerprint !== before) this.wholeSoon();
      this.#later('fingerprint', Math.max(fingerprintMs, (performance.now() - started) * 500));
    }
  }
}
