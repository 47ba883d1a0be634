// Drives the world of the fuzz (world.c): steps in, what is true out.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { type Change, Ledger } from './ledger.ts';

/** A letter of moves.c and three numbers that choose among what is there. */
export type Step = readonly [letter: string, first: number, second: number, third: number];

export interface World {
  readonly pid: number;
  readonly ledger: Ledger;
  /** Ends everything that was made. */
  release(): Promise<void>;
}

const readyTimeoutMs = 240_000;

/** The program, built when it is missing or old; in the temporary directory where build/ is not to be written. */
export function buildWorld(): string {
  const usual = join('build', 'bed', 'world');
  if (process.env['NSCOPE_GUEST'] === '1' && existsSync(usual)) return usual;
  const target = process.geteuid?.() === 0 ? usual : join(tmpdir(), `world-${process.geteuid?.()}`);
  const { status, stderr } = spawnSync('make', ['-s', '-C', 'test/fuzz', `OUT=${resolve(target)}`], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the world was not built: ${stderr}`);
  return target;
}

/**
 * Makes what the steps say; it then stands still.
 * @throws Error when the world ended before it was ready
 */
export async function makeWorld(steps: readonly Step[]): Promise<World> {
  const child = spawn(buildWorld(), [], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), readyTimeoutMs);
  child.stdin.write(steps.map((step) => `${step.join(' ')}\n`).join(''));
  child.stdin.write('ready\n');
  const ledger = new Ledger();
  let ready = false;
  for await (const line of createInterface({ input: child.stdout })) {
    const change = JSON.parse(line) as Change;
    ledger.add(change);
    ready = change.say === 'ready';
    if (ready) break;
  }
  clearTimeout(timer);
  const release = async () => {
    child.stdin.end();
    const kill = setTimeout(() => child.kill('SIGKILL'), 30_000);
    const [status] = await ended;
    clearTimeout(kill);
    if (status !== 0) throw new Error(`the world ended with status ${status}`);
  };
  if (!ready) {
    await release();
    throw new Error('the world was not ready');
  }
  return { pid: child.pid ?? 0, ledger, release };
}

/** `w0,255,1 f0,3,0`: the steps as the command for a single run takes them. */
export function formatSteps(steps: readonly Step[]): string {
  return steps.map(([letter, ...numbers]) => letter + numbers.join(',')).join(' ');
}

/** @throws Error for what is not a step */
export function parseSteps(text: string): Step[] {
  return text.split(' ').map((word) => {
    const [, letter, first, second, third] = /^([a-z])(\d+),(\d+),(\d+)$/.exec(word) ?? [];
    if (letter === undefined) throw new Error(`"${word}" is not a step`);
    return [letter, Number(first), Number(second), Number(third)];
  });
}
