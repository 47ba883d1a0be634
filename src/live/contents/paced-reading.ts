// A reading that is due: what follows each other is one reading, and readings take a tenth of the time at the most.
import type { Clock } from '../snapshots/clock.ts';

const restFactor = 10;

export class PacedReading {
  readonly #clock: Clock;
  readonly #leastMs: number;
  readonly #read: () => void;
  #callOff: (() => void) | undefined;
  #notBefore = 0;

  /** @param leastMs - from the first request to the reading */
  constructor(clock: Clock, leastMs: number, read: () => void) {
    this.#clock = clock;
    this.#leastMs = leastMs;
    this.#read = read;
  }

  get isDue(): boolean {
    return this.#callOff !== undefined;
  }

  soon(): void {
    this.#callOff ??= this.#clock.later(() => this.now(), Math.max(this.#leastMs, this.#notBefore - this.#clock.now()));
  }

  now(): void {
    this.close();
    const began = this.#clock.now();
    this.#read();
    const ended = this.#clock.now();
    this.#notBefore = ended + restFactor * (ended - began);
  }

  /** Calls off what is due. */
  close(): void {
    this.#callOff?.();
    this.#callOff = undefined;
  }
}
