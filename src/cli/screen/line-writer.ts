// Writes lines of a stream: those that come together in one piece, and none later than the present turn of the event loop.
import { writeLines } from './output.ts';

export class LineWriter {
  readonly #failed: () => void;
  #lines: string[] = [];
  #pending: NodeJS.Immediate | undefined;
  #failure: unknown;

  /** @param failed - called when the reader has left; `flush` then throws what happened */
  constructor(failed: () => void) {
    this.#failed = failed;
  }

  write(lines: readonly string[]): void {
    for (const line of lines) this.#lines.push(line);
    this.#pending ??= setImmediate(() => {
      try {
        this.flush();
      } catch (error) {
        this.#failure = error;
        this.#failed();
      }
    });
  }

  /** @throws OutputClosedError when the reader has left */
  flush(): void {
    if (this.#pending) clearImmediate(this.#pending);
    this.#pending = undefined;
    if (this.#failure) throw this.#failure;
    const lines = this.#lines;
    this.#lines = [];
    writeLines(lines);
  }
}
