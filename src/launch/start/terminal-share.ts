// The terminal that nscope and its command share, and which of them has it.
import { giveTerminal, readForegroundGroup, readProcessGroup } from '../../kernel/own/terminal.ts';

export class TerminalShare {
  /** A descriptor of the controlling terminal; undefined where standard input, output and error are none. */
  readonly #fd: number | undefined;
  readonly #ownGroup: number | undefined;
  #commandHadIt = false;

  constructor() {
    this.#fd = [0, 1, 2].find((fd) => readForegroundGroup(fd) !== undefined);
    this.#ownGroup = readProcessGroup(0);
  }

  get exists(): boolean {
    return this.#fd !== undefined;
  }

  /**
   * Takes the terminal from the command, which has ended or stopped. A shell in a pid namespace cannot give it back: the
   * group that had it before has no number in there.
   */
  takeBack(command: number): void {
    if (this.#fd === undefined || this.#ownGroup === undefined) return;
    const foreground = readForegroundGroup(this.#fd);
    if (foreground === undefined) return;
    this.#commandHadIt = foreground === readProcessGroup(command) && foreground !== this.#ownGroup;
    // Where another job of the same session has it, it is not nscope's to take.
    if (this.#commandHadIt || readProcessGroup(foreground) === undefined) giveTerminal(this.#fd, this.#ownGroup);
  }

  /** Gives it to the command again, where it had it before and nscope has it now. */
  giveBack(command: number): void {
    const group = readProcessGroup(command);
    if (this.#fd === undefined || !this.#commandHadIt || group === undefined) return;
    if (readForegroundGroup(this.#fd) === this.#ownGroup) giveTerminal(this.#fd, group);
  }
}
