// The load of a bench: sleeping processes, some in namespaces of their own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { buildProgram } from './programs.ts';

export interface Load {
  /** Ends every process of it and waits for that. */
  end(): Promise<void>;
}

/**
 * @param threads - how many more threads each process has
 * @throws Error when not all processes could be made, in the words of the program
 */
export async function startLoad(processes: number, namespaces: number, threads = 0): Promise<Load> {
  const child = spawn(buildProgram('load'), [processes, namespaces, threads].map(String), {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  exit.catch(() => {});
  const end = async () => {
    child.stdin.end();
    await exit;
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const made = JSON.parse(line) as { readonly processes: number };
    if (made.processes === processes) return { end };
  }
  await end();
  throw new Error(`a load of ${processes} processes could not be made`);
}
