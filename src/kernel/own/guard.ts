// Ends a command together with nscope: a process that waits for nothing else.
import { type SpawnedChild, spawn, waitForChild } from './spawn.ts';

/** Ends when the command has ended by itself; when nscope is killed first, it kills the command and what it started. */
export class Guard {
  readonly #child: SpawnedChild;

  /** @param pid - of the command */
  constructor(pid: number) {
    this.#child = spawn([['guard', pid]]);
    this.#child.receive();
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** The command has ended, and so does the guard. */
  dismiss(): void {
    this.#child.release();
    this.#child.close();
    waitForChild(this.#child.pid);
  }
}
