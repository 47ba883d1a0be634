// The clock by which a watcher reads again, and its timers. A test has one of its own.
import { performance } from 'node:perf_hooks';

export interface Clock {
  /** Milliseconds that never go back. */
  now(): number;
  /** Calls `act` once, after so many milliseconds. @returns what calls that off */
  later(act: () => void, ms: number): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  later(act, ms) {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
};
