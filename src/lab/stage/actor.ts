// A program that an experiment has started: what it writes, what it is told, and its end.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { loadAddon } from '../../kernel/addon/addon.ts';
import { Guard } from '../../kernel/own/guard.ts';
import type { ShownCommand } from '../../model/evidence/experiment-report.ts';
import { NoAnswerError } from './experiment.ts';

/** How a program ended. */
export interface End {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * Runs in a session of its own, so that no key of the terminal reaches it, and ends with the lab also where the lab is
 * killed: a guard stands beside it.
 */
export class Actor {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #shown: { readonly command: string; readonly background: boolean };
  readonly #ended: Promise<End>;
  readonly #guard: Guard | undefined;
  readonly #patienceMs: number;
  readonly #countTyped: () => number;
  readonly #pieces: { during: number; text: string }[] = [];
  #output = '';
  #standardOutput = '';
  #end: End | undefined;
  #failure: Error | undefined;
  #stopped = false;
  #heard: () => void = () => {};
  /** The process inside, where nscope has told which it is. */
  #inner: number | undefined;

  /**
   * @param words - the program and its arguments; `shown` is what the transcript has for them
   * @param countTyped - the place of the command that was typed last
   */
  constructor(
    words: readonly string[],
    shown: { readonly command: string; readonly background: boolean },
    patienceMs: number,
    countTyped: () => number,
  ) {
    this.#patienceMs = patienceMs;
    this.#countTyped = countTyped;
    const [program = '', ...rest] = words;
    this.#shown = shown;
    // The C locale: messages are compared.
    this.#child = spawn(program, rest, { detached: true, env: { ...process.env, LC_ALL: 'C' } });
    this.#child.stdout.on('data', (bytes: Buffer) => {
      this.#standardOutput += bytes.toString('utf8');
      this.#hear(bytes);
    });
    this.#child.stderr.on('data', (bytes: Buffer) => this.#hear(bytes));
    // Who has ended reads nothing more.
    this.#child.stdin.on('error', () => {});
    if (!shown.background) this.#child.stdin.end();
    this.#ended = new Promise((resolve) => {
      this.#child.on('error', (error) => {
        this.#failure = error;
        this.#finish({ status: 127, signal: null }, resolve);
      });
      this.#child.on('close', (status, signal) => this.#finish({ status, signal }, resolve));
    });
    this.#guard = this.#child.pid === undefined || !('addon' in loadAddon()) ? undefined : new Guard(this.#child.pid);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** All that it has written so far. */
  get output(): string {
    return this.#output;
  }

  /** What it has written to standard output. */
  get standardOutput(): string {
    return this.#standardOutput;
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  set inner(pid: number) {
    this.#inner = pid;
  }

  show(): ShownCommand {
    const status = this.#stopped ? null : (this.#end?.status ?? null);
    return { ...this.#shown, output: this.#output, pieces: this.#pieces, status };
  }

  /** Writes to its standard input, which the transcript shows as a terminal would. */
  type(text: string): void {
    this.#keep(text);
    this.#child.stdin.write(text);
  }

  /**
   * Waits until what it has written matches.
   * @returns undefined where it has ended without
   * @throws NoAnswerError
   */
  async until(pattern: RegExp): Promise<RegExpExecArray | undefined> {
    return await inTime(this.#patienceMs, `nothing like ${pattern.source} was written`, async () => {
      for (;;) {
        const found = pattern.exec(this.#output);
        if (found) return found;
        if (this.#end) return undefined;
        await new Promise<void>((resolve) => {
          this.#heard = resolve;
        });
      }
    });
  }

  /** Waits for its end. @throws NoAnswerError */
  async end(): Promise<End> {
    return await inTime(this.#patienceMs, 'it did not end', () => this.#ended);
  }

  /** Ends it, with all that it has started, and returns when that is done. */
  async stop(): Promise<void> {
    this.#stopped = this.#end === undefined;
    // The command itself first: then nscope ends as usual, and a pid namespace is gone when it has.
    if (!this.#end && this.#inner !== undefined) {
      kill(this.#inner);
      const timer = setTimeout(() => kill(-this.pid), 5_000);
      await this.#ended;
      clearTimeout(timer);
    }
    // A child process may outlive the first of its group.
    if (this.#child.pid !== undefined && (this.#shown.background || this.#stopped)) kill(-this.#child.pid);
    await this.#ended;
    this.#guard?.dismiss();
  }

  #hear(bytes: Buffer): void {
    this.#keep(bytes.toString('utf8'));
    this.#heard();
  }

  #keep(text: string): void {
    this.#output += text;
    const during = this.#countTyped();
    const last = this.#pieces.at(-1);
    // A line that has begun goes on where it is.
    if (last && (last.during === during || !last.text.endsWith('\n'))) last.text += text;
    else this.#pieces.push({ during, text });
  }

  #finish(end: End, resolve: (end: End) => void): void {
    this.#end ??= end;
    this.#heard();
    resolve(this.#end);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

async function inTime<T>(patienceMs: number, what: string, wait: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswerError(`${what} within ${patienceMs / 1000} s`)), patienceMs);
  });
  try {
    return await Promise.race([wait(), late]);
  } finally {
    clearTimeout(timer);
  }
}
