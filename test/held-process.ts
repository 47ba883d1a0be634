// Programs that make namespaces for a test and stay until it is done.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { type NamespaceLink, namespaceLinks } from '../src/model/snapshot/namespace-types.ts';

/** A process and its group. */
export interface Held {
  readonly pid: number;
  /** The first line that it wrote. */
  readonly line: string;
  /** Kills the group, waits for its first process and closes the pipes to it. */
  end(): Promise<void>;
}

/**
 * Starts a program in a process group of its own and waits for its first line.
 * @throws Error with what it wrote to standard error, when it ended without a line
 */
export async function hold(command: string, words: readonly string[], env = process.env): Promise<Held> {
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'], detached: true, env });
  const exit = once(child, 'exit');
  const closed = once(child, 'close');
  exit.catch(() => {});
  closed.catch(() => {});
  let complaint = '';
  child.stderr.on('data', (bytes) => {
    complaint += bytes;
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} could not be started`);
  const kill = () => {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  };
  const end = async () => {
    kill();
    await exit;
    child.stdout.destroy();
    child.stderr.destroy();
    await closed;
  };
  // No more than killed: the lines of a stream that is closed from here would never end.
  const timer = setTimeout(kill, 20_000);
  for await (const line of createInterface({ input: child.stdout })) {
    clearTimeout(timer);
    return { pid, line, end };
  }
  clearTimeout(timer);
  await end();
  throw new Error(`${command} ${words.join(' ')} ended: ${complaint}`);
}

/** The inode numbers behind the links of a process, read in the plainest way. */
export function readLinksOf(pid: number): Readonly<Record<NamespaceLink, number>> {
  const entries = namespaceLinks.map((link) => [link, statSync(`/proc/${pid}/ns/${link}`).ino]);
  return Object.fromEntries(entries) as Record<NamespaceLink, number>;
}

export function readChildren(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean).map(Number);
}

/** The one child of a process. @throws Error when it has none or several */
export function readOnlyChild(pid: number): number {
  const [child, ...others] = readChildren(pid);
  if (child === undefined || others.length > 0) throw new Error(`process ${pid} has not one child`);
  return child;
}

/** Waits until a process goes by this name, as it does once it has executed another program. */
export async function waitForName(pid: number, comm: string): Promise<void> {
  for (const deadline = Date.now() + 10_000; readFileSync(`/proc/${pid}/comm`, 'latin1').trim() !== comm; ) {
    if (Date.now() > deadline) throw new Error(`process ${pid} is not called ${comm}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
