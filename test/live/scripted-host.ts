// A host that happens by script: a clock that the test moves, a source that says what the test says, and snapshots that
// are done when the test says so.
import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Moment, now, type SourceHost, type TaskReport } from '../../src/live/events/source.ts';
import type { Clock } from '../../src/live/snapshots/clock.ts';
import type { TakenSnapshot } from '../../src/live/snapshots/snapshot-aside.ts';
import type { WatchedHost } from '../../src/live/watch/watched-host.ts';
import { wholeAsChange } from '../../src/model/live/snapshot-change.ts';
import { type NamespaceLink, namespaceLinks, readLinkType } from '../../src/model/snapshot/namespace-types.ts';
import type { Snapshot } from '../../src/model/snapshot/schema.ts';
import { hostInodes } from '../recorded-facts.ts';

/** What is due comes when the test lets time pass. */
export class ScriptedClock implements Clock {
  #now = 1000;
  readonly #due = new Set<{ readonly at: number; readonly act: () => void }>();

  now(): number {
    return this.#now;
  }

  later(act: () => void, ms: number): () => void {
    const one = { at: this.#now + ms, act };
    this.#due.add(one);
    return () => this.#due.delete(one);
  }

  get waiting(): number {
    return this.#due.size;
  }

  /** Passes time while something is being read: nothing else has its turn. */
  spend(ms: number): void {
    this.#now += ms;
  }

  /** Lets time pass: each thing that is due has its turn at its time, and what it began goes on as far as it can. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      const [next] = [...this.#due].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#due.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.act();
      await settle();
    }
    this.#now = Math.max(this.#now, end);
    await settle();
  }
}

/** Lets promises go on until they wait for the test. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await nextTurn();
}

/** A process that this machine has not: its number is larger than any can be. */
export function makeTask(number: number, others: Partial<Record<NamespaceLink, number>> = {}): TaskReport {
  const pid = 5_000_000 + number;
  const inodes = namespaceLinks.map(
    (link) => others[link] ?? others[readLinkType(link)] ?? hostInodes[readLinkType(link)],
  );
  return {
    pid,
    tid: pid,
    ppid: 1,
    startTimeTicks: pid,
    comm: `task${number}`,
    uid: 0,
    inodes,
    ids: inodes.map(() => null),
  };
}

interface Asked {
  resolve(taken: TakenSnapshot): void;
  reject(error: unknown): void;
}

export class ScriptedHost implements WatchedHost {
  readonly clock = new ScriptedClock();
  readonly #first: Snapshot;
  readonly #asked: Asked[] = [];
  readonly #waiting: ((host: SourceHost, at: Moment) => void)[] = [];
  #translator: SourceHost | undefined;
  #ring: (() => void) | undefined;
  #mountsChanged: (() => void) | undefined;
  isSourceOpen = false;
  areMountsWatched = false;

  constructor(first: Snapshot) {
    this.#first = first;
  }

  readonly openSource: WatchedHost['openSource'] = (translator) => {
    this.#translator = translator;
    this.isSourceOpen = true;
    const drain = () => {
      for (let say = this.#waiting.shift(); say; say = this.#waiting.shift()) say(translator, now());
    };
    this.#ring = drain;
    return {
      about: { name: 'process-events', cannotSee: ['what the script does not say'], refused: [] },
      tellsProcesses: true,
      tellsNamespaces: false,
      tellsMounts: false,
      drain,
      stop: () => {
        this.isSourceOpen = false;
      },
    };
  };

  readonly collectSnapshot: WatchedHost['collectSnapshot'] = () => this.#first;

  readonly takeSnapshotAside: WatchedHost['takeSnapshotAside'] = () =>
    new Promise((resolve, reject) => this.#asked.push({ resolve, reject }));

  readonly watchMounts: WatchedHost['watchMounts'] = (changed) => {
    this.areMountsWatched = true;
    this.#mountsChanged = changed;
    return {
      cannotSee: [],
      stop: () => {
        this.areMountsWatched = false;
      },
    };
  };

  /** The kernel has something to say, which waits until somebody listens. */
  happens(say: (host: SourceHost, at: Moment) => void): void {
    this.#waiting.push(say);
  }

  /** It says so at once: the source wakes. */
  tells(say: (host: SourceHost, at: Moment) => void): void {
    this.happens(say);
    this.#ring?.();
  }

  /** The source says it while it is not being drained, as it does of a loss. */
  loses(count: number | null): void {
    assert.ok(this.#translator);
    this.#translator.lost(count);
  }

  changesMounts(): void {
    this.#mountsChanged?.();
  }

  /** How many snapshots are being taken. */
  get asked(): number {
    return this.#asked.length;
  }

  /** One that is being taken is done. */
  async answers(snapshot: Snapshot, costMs = 0): Promise<void> {
    this.#take().resolve({ change: wholeAsChange(snapshot), costMs });
    await settle();
  }

  async fails(error: Error): Promise<void> {
    this.#take().reject(error);
    await settle();
  }

  #take(): Asked {
    const asked = this.#asked.shift();
    assert.ok(asked, 'no snapshot is being taken');
    return asked;
  }
}
