// When to read again: soon after something happened, now and then where nothing tells of it, and never so often that the
// reading itself becomes a load.
import { type Clock, systemClock } from './clock.ts';

export interface Fingerprint {
  /** Undefined where it cannot be read. */
  readonly text: string | undefined;
  /** Of one processor. */
  readonly costMs: number;
}

export interface Readings {
  /** Reads the kernel's list of namespaces; undefined where it has none. */
  readonly list: (() => void) | undefined;
  /** Reads the names and mounts that are to be seen from here. */
  readonly mounts: () => void;
  /** Takes a snapshot and compares it; resolves with the milliseconds of a processor that it took. */
  readonly whole: () => Promise<number>;
  /** Tells cheaply whether holders changed; undefined where only a snapshot can. */
  readonly fingerprint: (() => Promise<Fingerprint>) | undefined;
  /** Whether events tell of the making and freeing of every namespace. */
  readonly tellsNamespaces: boolean;
  readonly tellsProcesses: boolean;
  /** Whether a snapshot has what no event tells of a new namespace: whose workload it is. */
  readonly wholeTellsMore: boolean;
  /** Between snapshots where nothing tells of changes. */
  readonly intervalMs: number | undefined;
}

const soonMs = 15;
const listSoonMs = 4;
const mountsSoonMs = 5;
/** An end is seen this long after it at the latest; while things happen, the shorter time. */
const busyBeatMs = 20;
const maxBusyBeatMs = 60;
const idleBeatMs = 60;
const maxIdleBeatMs = 2000;
const busyForMs = 300;
/** What is new is probably not all that is new. */
const settleMs = 1000;
const fingerprintMs = 1000;
const comparisonMs = 1000;
const wholeSoonMs = 50;
/** Of the time of one processor, snapshots take one part in so many, and one in so many where nothing asked for them. */
const shareAsked = 30;
/** Who asked does not wait for longer than this, unless they then took more than one part in so many. */
const maxAskedRestMs = 3000;
const shareAtMost = 15;
const shareUnasked = 50;
/** Readings of the list alike, while things happen, and while nothing does. */
const shareOfLists = 4;
const shareOfIdleLists = 100;
const shareOfFingerprints = 200;
const shareOfMounts = 20;
/** What no event and no fingerprint shows is found after this; where nothing at all has happened, after the longer time. */
const wholeAtLeastMs = 60_000;
const wholeWhenIdleMs = 600_000;

type Reading = 'list' | 'mounts' | 'whole' | 'fingerprint';

export class Pace {
  readonly #readings: Readings;
  readonly #clock: Clock;
  readonly #timers = new Map<Reading, { cancel: () => void; at: number }>();
  #busyUntil = 0;
  #wholeEnded: number;
  #wholeCostMs = 0;
  #listEnded = 0;
  #listCostMs = 0;
  #mountsEnded = 0;
  #mountsCostMs = 0;
  #fingerprint: string | undefined;
  #isReadingWhole = false;
  #isWholeDue = false;
  #hasStirred = false;
  #stopped = false;

  constructor(readings: Readings, clock: Clock = systemClock) {
    this.#readings = readings;
    this.#clock = clock;
    this.#wholeEnded = clock.now();
  }

  start(): void {
    this.#wholeEnded = this.#clock.now();
    this.#beat();
    this.#later('whole', this.#usualWholeMs());
    void this.#readFingerprint();
  }

  stop(): void {
    this.#stopped = true;
    for (const { cancel } of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  /** A namespace came or went. What holds it shows in the fingerprint; where there is none, a snapshot tells. */
  stir(): void {
    this.#hasStirred = true;
    const { list, wholeTellsMore } = this.#readings;
    if (this.#fingerprint !== undefined && list && !wholeTellsMore) return;
    const restMs = list ? settleMs : wholeSoonMs;
    this.#later('whole', Math.max(restMs, this.#earliestWholeMs(shareUnasked)));
  }

  /** A namespace may have come or gone. */
  listSoon(): void {
    this.#busyUntil = this.#clock.now() + busyForMs;
    if (!this.#readings.list) this.wholeSoon();
    else this.#later('list', Math.max(listSoonMs, Math.min(this.#earliestListMs(shareOfLists), maxBusyBeatMs)));
  }

  /** Mounts or names have changed, and probably go on to change. */
  mountsSoon(): void {
    this.#later(
      'mounts',
      Math.max(mountsSoonMs, this.#mountsEnded + this.#mountsCostMs * shareOfMounts - this.#clock.now()),
    );
  }

  wholeSoon(): void {
    const restMs = Math.min(
      this.#earliestWholeMs(shareAsked),
      Math.max(maxAskedRestMs, this.#earliestWholeMs(shareAtMost)),
    );
    this.#later('whole', Math.max(wholeSoonMs, restMs));
  }

  wholeNow(): void {
    this.#later('whole', Math.max(soonMs, this.#wholeCostMs));
  }

  #beat(): void {
    if (!this.#readings.list || this.#readings.tellsNamespaces) return;
    const isBusy = this.#clock.now() < this.#busyUntil;
    const beatMs = isBusy ? busyBeatMs : idleBeatMs;
    const maxMs = isBusy ? maxBusyBeatMs : maxIdleBeatMs;
    this.#later(
      'list',
      Math.min(Math.max(beatMs, this.#earliestListMs(isBusy ? shareOfLists : shareOfIdleLists)), maxMs),
    );
  }

  /** Until a snapshot without any reason. */
  #usualWholeMs(): number {
    const { list, tellsNamespaces, tellsProcesses, intervalMs } = this.#readings;
    const atLeastMs = this.#hasStirred ? wholeAtLeastMs : wholeWhenIdleMs;
    const usual = tellsProcesses && (list || tellsNamespaces) ? atLeastMs : comparisonMs;
    // Whoever names an interval wants it kept.
    return Math.max(intervalMs ?? usual, this.#earliestWholeMs(intervalMs === undefined ? shareUnasked : 1));
  }

  #earliestWholeMs(share: number): number {
    return Math.max(0, this.#wholeEnded + this.#wholeCostMs * share - this.#clock.now());
  }

  #earliestListMs(share: number): number {
    return Math.max(0, this.#listEnded + this.#listCostMs * share - this.#clock.now());
  }

  /** An earlier time takes the place of a later one. */
  #later(what: Reading, ms: number): void {
    if (this.#stopped) return;
    const at = this.#clock.now() + ms;
    const known = this.#timers.get(what);
    if (known && known.at <= at) return;
    known?.cancel();
    this.#timers.set(what, { at, cancel: this.#clock.later(() => this.#run(what), ms) });
  }

  #run(what: Reading): void {
    this.#timers.delete(what);
    const started = this.#clock.now();
    if (what === 'list') {
      this.#readings.list?.();
      this.#listEnded = this.#clock.now();
      this.#listCostMs = this.#listEnded - started;
      this.#beat();
    } else if (what === 'mounts') {
      this.#readings.mounts();
      this.#mountsEnded = this.#clock.now();
      this.#mountsCostMs = this.#mountsEnded - started;
    } else if (what === 'whole') void this.#readWhole();
    else void this.#readFingerprint();
  }

  async #readFingerprint(): Promise<void> {
    const read = await this.#readings.fingerprint?.();
    if (read?.text === undefined) {
      this.#fingerprint = undefined;
      return;
    }
    const isOther = this.#fingerprint !== undefined && this.#fingerprint !== read.text;
    this.#fingerprint = read.text;
    if (isOther) this.wholeSoon();
    this.#later('fingerprint', Math.max(fingerprintMs, read.costMs * shareOfFingerprints));
  }

  /** One at a time; what was asked for meanwhile follows. */
  async #readWhole(): Promise<void> {
    if (this.#isReadingWhole) {
      this.#isWholeDue = true;
      return;
    }
    this.#isReadingWhole = true;
    this.#isWholeDue = false;
    this.#hasStirred = false;
    try {
      this.#wholeCostMs = await this.#readings.whole();
    } finally {
      this.#isReadingWhole = false;
    }
    this.#wholeEnded = this.#clock.now();
    this.#later('whole', this.#isWholeDue ? soonMs : this.#usualWholeMs());
  }
}
