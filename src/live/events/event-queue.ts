// What waits for a reader: at most so many events; what comes then is dropped and counted.

export class EventQueue<T> {
  readonly #limit: number;
  #waiting: T[] = [];
  #at = 0;
  #dropped = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Once one was dropped all are, until the loss was taken: what comes after a gap makes no sense without the state. */
  push(element: T): void {
    if (this.#dropped > 0 || this.#waiting.length - this.#at >= this.#limit) this.#dropped++;
    else this.#waiting.push(element);
  }

  /** The next element, or undefined when none waits. */
  shift(): T | undefined {
    const element = this.#waiting[this.#at];
    if (element === undefined) return undefined;
    this.#at++;
    if (this.#at === this.#waiting.length) {
      this.#waiting = [];
      this.#at = 0;
    } else if (this.#at > 1024 && this.#at * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#at);
      this.#at = 0;
    }
    return element;
  }

  /** How many were dropped since the last call, once all that waited has been taken. */
  takeDropped(): number {
    if (this.#at < this.#waiting.length) return 0;
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }
}
