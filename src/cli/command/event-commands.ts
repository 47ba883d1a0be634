// The command of watch --exec: started for each event, which it reads as JSON, without ever holding up the events.
import { type ChildProcess, spawn } from 'node:child_process';
import { escapeText } from '../../render/words/escape.ts';
import { writeNote } from '../screen/output.ts';

export interface CommandLimits {
  /** So many commands run at once. */
  readonly jobs: number;
  /** After which a command is ended. */
  readonly timeoutMs: number;
}

/** What a command gets: a line on its standard input, and variables beside those that nscope has. */
interface Job {
  readonly line: string;
  readonly variables: NodeJS.ProcessEnv;
}

/** So many events wait for a command. */
const maxWaiting = 4096;
/** Between SIGTERM and SIGKILL. */
const graceMs = 1000;
/** Troubles are reported together, so often at most. */
const reportEveryMs = 1000;

export class EventCommands {
  readonly #words: readonly string[];
  readonly #limits: CommandLimits;
  readonly #waiting: Job[] = [];
  readonly #running = new Set<ChildProcess>();
  /** Sentences, and how often each was true since the last report. */
  readonly #troubles = new Map<string, number>();
  #reporting: NodeJS.Timeout | undefined;
  #starting: NodeJS.Immediate | undefined;
  #started = 0;
  #failed = 0;
  #dropped = 0;
  #isStopped = false;
  #idle: (() => void) | undefined;

  /** @param words - the command and its arguments, which no shell sees */
  constructor(words: readonly string[], limits: CommandLimits) {
    this.#words = words;
    this.#limits = limits;
  }

  /** Starts the command now or as soon as another one has ended. Never waits. */
  run(job: Job): void {
    if (this.#isStopped) this.#drop(1, 'nscope ended before their turn');
    else if (this.#waiting.length >= maxWaiting) this.#drop(1, `${maxWaiting} wait for the command already`);
    else this.#waiting.push(job);
    this.#startSoon();
  }

  /**
   * One in each turn of the event loop, so that events, timers and signals have theirs. Never where the end of another
   * command is told: libuv goes on there for as long as commands end, and nothing else would ever have its turn.
   */
  #startSoon(): void {
    if (this.#waiting.length === 0 || this.#running.size >= this.#limits.jobs) return;
    this.#starting ??= setImmediate(() => {
      this.#starting = undefined;
      const job = this.#waiting.shift();
      if (job) this.#start(job);
      this.#startSoon();
    });
  }

  /** Ends what runs, and drops what waits. `finish` resolves soon after it. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#drop(this.#waiting.splice(0).length, 'nscope ended before their turn');
    for (const child of this.#running) end(child);
    if (this.#isIdle) this.#idle?.();
    // Nobody waits for one that cannot be ended: it is another user's, or waits in the kernel.
    setTimeout(() => {
      for (const child of this.#running) child.unref();
      this.#running.clear();
      this.#idle?.();
    }, 2 * graceMs).unref();
  }

  /** Resolves when nothing runs or waits; what has not ended after the time of one command is stopped. */
  async finish(): Promise<void> {
    const deadline = setTimeout(() => this.stop(), this.#limits.timeoutMs);
    if (!this.#isIdle)
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    clearTimeout(deadline);
    clearTimeout(this.#reporting);
    this.#report();
    if (this.#failed + this.#dropped > 0)
      writeNote(
        `nscope: in all: ${this.#started} commands were started, ${this.#failed} failed, ${this.#dropped} events were dropped`,
      );
  }

  get #isIdle(): boolean {
    return this.#running.size === 0 && this.#waiting.length === 0;
  }

  #start({ line, variables }: Job): void {
    const [file = '', ...words] = this.#words;
    // Of a session of its own, so that all of it can be ended. Its standard output and error are nscope's.
    const child = spawn(file, words, {
      stdio: ['pipe', 'inherit', 'inherit'],
      detached: true,
      env: { ...process.env, ...variables },
    });
    this.#started++;
    this.#running.add(child);
    const timer = setTimeout(() => {
      this.#fail(`was ended after ${this.#limits.timeoutMs / 1000} s`);
      end(child);
    }, this.#limits.timeoutMs);
    let isOver = false;
    const over = (trouble: string | undefined): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      child.stdin.destroy();
      this.#running.delete(child);
      if (trouble !== undefined && !ending.has(child)) this.#fail(trouble);
      this.#startSoon();
      if (this.#isIdle) this.#idle?.();
    };
    child.on('error', (error: NodeJS.ErrnoException) => over(`could not be started (${error.code ?? error.message})`));
    child.on('exit', (status, signal) => over(status === 0 ? undefined : describeEnd(status, signal)));
    // Whoever does not read the event ends with it unread.
    child.stdin.on('error', () => {});
    child.stdin.end(`${line}\n`);
  }

  #fail(trouble: string): void {
    this.#failed++;
    this.#note(`${escapeText(this.#words[0] ?? '')} ${trouble}`, 1);
  }

  #drop(count: number, why: string): void {
    this.#dropped += count;
    if (count > 0) this.#note(`events were dropped: ${why}`, count);
  }

  #note(trouble: string, count: number): void {
    this.#troubles.set(trouble, (this.#troubles.get(trouble) ?? 0) + count);
    this.#reporting ??= setTimeout(() => {
      this.#reporting = undefined;
      this.#report();
    }, reportEveryMs);
  }

  #report(): void {
    for (const [trouble, count] of this.#troubles)
      writeNote(`nscope: ${trouble}${count === 1 ? '' : ` (${count} times)`}`);
    this.#troubles.clear();
  }
}

function describeEnd(status: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `ended with status ${status}` : `was ended by ${signal}`;
}

/** Commands that nscope itself ends: that they end by a signal is no news. */
const ending = new WeakSet<ChildProcess>();

/** Asks the command and what it has started to end, and makes them. */
function end(child: ChildProcess): void {
  ending.add(child);
  signalAll(child, 'SIGTERM');
  setTimeout(() => signalAll(child, 'SIGKILL'), graceMs).unref();
}

/** Until its end was seen its number is its own. */
function signalAll({ pid, exitCode, signalCode }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended meanwhile, or has become another user's, which root alone can end.
  }
}
