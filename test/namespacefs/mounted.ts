// Mounts namespacefs for a test, through the command, and unmounts it.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../cli/run-nscope.ts';

export interface Mounted {
  readonly directory: string;
  readonly child: ChildProcess;
  /** What it has written to standard error so far. */
  said(): string;
  /** Ends it with a signal and waits. @returns the exit status */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

/** The mounts at a directory, as this process sees them. */
export function countMounts(directory: string): number {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.split(' ')[4] === directory && line.includes(' - fuse.namespacefs namespacefs ')).length;
}

/** Asks nscope, and not what the kernel still has in its cache of a dead mount. */
function isServed(directory: string): boolean {
  try {
    return readdirSync(directory).includes('initial');
  } catch {
    return false;
  }
}

export function makeDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'nscope-namespaces-'));
}

/** Mounts at a new directory, or at one that is given, in the foreground of a child. */
export async function mountFor(
  t: { after(done: () => Promise<void>): void },
  directory = makeDirectory(),
): Promise<Mounted> {
  const child = spawn(process.execPath, [main, 'mount', directory], { stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.on('data', (bytes) => {
    text += bytes;
  });
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  const end = (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    return exit;
  };
  t.after(async () => {
    await end();
    while (countMounts(directory) > 0) spawnSync('umount', ['-l', directory]);
    rmdirSync(directory);
  });
  await waitUntil(() => isServed(directory) || child.exitCode !== null, 30_000);
  assert.deepEqual([child.exitCode, child.signalCode], [null, null], text);
  return { directory, child, said: () => text, end };
}

/** Polls every 5 ms. @throws AssertionError when it does not come true in time */
export async function waitUntil(holds: () => boolean, timeoutMs: number): Promise<number> {
  const started = performance.now();
  while (!holds()) {
    assert.ok(performance.now() - started < timeoutMs, `not within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return performance.now() - started;
}
