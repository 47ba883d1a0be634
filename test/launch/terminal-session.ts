// A shell on a pseudo-terminal, which a test types into: script(1) makes the terminal.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { main } from '../cli/run-nscope.ts';
import type { Needs } from '../tiers.ts';

export const terminalNeeds: Needs = { commands: ['script', 'bash', 'stty'] };

export const keys = { interrupt: '\x03', suspend: '\x1a', endOfInput: '\x04' } as const;

/** The command as a shell is given it. */
export const nscope = `${process.execPath} ${main}`;

const prompt = 'host> ';

export class TerminalSession {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #ended: Promise<void>;
  #unread = '';
  #wake: (() => void) | undefined;

  constructor() {
    // The shell that script(1) gives the command to drops the prompt.
    this.#child = spawn('script', ['-qfec', `exec env PS1='${prompt}' bash --norc --noprofile -i`, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, SHELL: '/bin/bash', TERM: 'dumb', HISTFILE: '' },
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#unread += text.replaceAll('\r', '');
      this.#wake?.();
    });
    this.#ended = new Promise((resolve) => this.#child.once('exit', () => resolve()));
  }

  /** Types keys or a text. */
  type(text: string): void {
    this.#child.stdin.write(text);
  }

  /** Types a line and its end. */
  enter(line: string): void {
    this.type(`${line}\n`);
  }

  /**
   * Waits until the terminal shows this, and gives what it showed up to its end.
   * @throws Error with what was shown instead
   */
  async shows(what: RegExp, timeoutMs = 15_000): Promise<string> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const match = what.exec(this.#unread);
      if (match) {
        const end = match.index + match[0].length;
        const shown = this.#unread.slice(0, end);
        this.#unread = this.#unread.slice(end);
        return shown;
      }
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`${what} was not shown; there is ${JSON.stringify(this.#unread)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Waits for the prompt of the outer shell. */
  async ready(): Promise<string> {
    return await this.shows(/host> $/);
  }

  /** Gives what the outer shell prints for a line, without the line itself. */
  async ask(line: string): Promise<string> {
    this.enter(line);
    const shown = await this.ready();
    return shown.slice(shown.indexOf('\n') + 1, -prompt.length).trim();
  }

  async end(): Promise<void> {
    this.#child.stdin.end();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 3000);
    await this.#ended;
    clearTimeout(timer);
  }
}
