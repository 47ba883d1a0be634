// The whole terminal for one program: the alternate screen, keys without their lines' end, and everything as it was behind
// it. console_codes(4), termios(3).
//
// No library: terminal-kit brings decoders of pictures and 14 MB, ink brings React and wants Node 22, and blessed and what
// grew from it rest. What a table and a pane need is what Node has: the keys of node:readline, and lines.
import { emitKeypressEvents, type Interface } from 'node:readline';
import { toTerminal } from './output.ts';
import type { Key } from './top-keys.ts';

const enter = '\x1b[?1049h\x1b[?25l\x1b[?7l';
const leave = '\x1b[?7h\x1b[?25h\x1b[?1049l';

interface ScreenHost {
  onKey(key: Key): void;
  /** The size is another, or the screen has been away. */
  onResize(): void;
  /** The terminal is gone, or a signal asks to end. */
  onEnd(): void;
}

export class FullScreen {
  readonly #host: ScreenHost;
  #shown: readonly string[] = [];
  #isOpen = false;

  constructor(host: ScreenHost) {
    this.#host = host;
  }

  open(): void {
    // It reads this one option of an interface; the usual half a second is long for a key.
    emitKeypressEvents(process.stdin, { escapeCodeTimeout: 100 } as unknown as Interface);
    process.stdin.on('keypress', this.#onKey).on('end', this.#onEnd);
    process.stdout.on('resize', this.#onResize).on('error', this.#onEnd);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, this.#onEnd);
    process.on('SIGCONT', this.#onContinue);
    this.#enter();
  }

  close(): void {
    process.off('SIGCONT', this.#onContinue);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, this.#onEnd);
    process.stdout.off('resize', this.#onResize).off('error', this.#onEnd);
    process.stdin.off('keypress', this.#onKey).off('end', this.#onEnd);
    this.#leave();
    process.stdin.pause();
  }

  get size(): { readonly columns: number; readonly rows: number } {
    const { columns, rows } = process.stdout;
    return { columns, rows };
  }

  /** Writes the lines that have changed. Erased first: behind a line that is full the cursor is still on its last column. */
  draw(lines: readonly string[]): void {
    if (!this.#isOpen) return;
    let text = '';
    for (const [row, line] of lines.entries()) {
      const end = line.includes('\x1b') ? '\x1b[0m' : '';
      if (line !== this.#shown[row]) text += `\x1b[${row + 1};1H\x1b[K${toTerminal(line)}${end}`;
    }
    this.#shown = lines;
    if (text !== '') process.stdout.write(text);
  }

  /** Draws everything at the next time. */
  forget(): void {
    this.#shown = [];
    if (this.#isOpen) process.stdout.write('\x1b[2J');
  }

  /** As Ctrl-Z does to other programs; goes on behind SIGCONT. */
  suspend(): void {
    this.#leave();
    process.kill(process.pid, 'SIGSTOP');
  }

  #enter(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    process.stdin.setRawMode(true);
    process.stdin.resume();
    process.stdout.write(enter);
    this.forget();
  }

  #leave(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    try {
      process.stdout.write(leave);
      process.stdin.setRawMode(false);
    } catch {
      // The terminal is gone.
    }
  }

  readonly #onKey = (_: string | undefined, key: Key): void => this.#host.onKey(key);
  readonly #onEnd = (): void => this.#host.onEnd();
  readonly #onResize = (): void => {
    this.forget();
    this.#host.onResize();
  };
  readonly #onContinue = (): void => {
    // A shell may have set the terminal to its own ways meanwhile.
    this.#isOpen = false;
    this.#enter();
    this.#host.onResize();
  };
}
