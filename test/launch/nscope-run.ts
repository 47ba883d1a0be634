// Starts nscope beside the test, for what happens while it runs.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { main } from '../cli/run-nscope.ts';

export interface Running {
  readonly pid: number;
  /** The lines that it has written so far. */
  readonly lines: readonly string[];
  /** Waits for a line. @throws Error with all lines where it does not come */
  line(pattern: RegExp): Promise<RegExpExecArray>;
  /** To its standard input, where that is open. */
  write(text: string): void;
  kill(signal: NodeJS.Signals): void;
  /** Waits for its end: its status, or the signal that killed it. */
  end(): Promise<number | string>;
}

export function startNscope(words: readonly string[], input: 'ignore' | 'pipe' = 'ignore'): Running {
  const stdio = [input, 'pipe', 'pipe'] as const;
  const child = spawn(process.execPath, [main, ...words], { stdio: [...stdio] }) as ChildProcessByStdio<
    Writable | null,
    Readable,
    Readable
  >;
  const exit = once(child, 'exit');
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => lines.push(line));
  return {
    pid: child.pid ?? 0,
    lines,
    async line(pattern) {
      for (const deadline = Date.now() + 20_000; Date.now() < deadline; await sleep(5))
        for (const line of lines) {
          const match = pattern.exec(line);
          if (match) return match;
        }
      throw new Error(`no line ${pattern}: ${lines.join('\n')}`);
    },
    write: (text) => child.stdin?.write(text),
    kill: (signal) => child.kill(signal),
    async end() {
      const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
      const [status, signal] = await exit;
      clearTimeout(timer);
      return signal ?? status;
    },
  };
}

/** Waits until a process is gone, or a zombie that only a slow init has not reaped. */
export async function waitForEnd(pid: number): Promise<void> {
  for (const deadline = Date.now() + 5_000; isAlive(pid); await sleep(5))
    if (Date.now() > deadline) throw new Error(`process ${pid} is still there`);
}

export function isAlive(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}
