// Runs the command as a person would, and gives what it printed.
import assert from 'node:assert/strict';
import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const main = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const inTurn = fileURLToPath(new URL('./verbs/run-in-turn.js', import.meta.url));

export interface Outcome {
  readonly words: readonly string[];
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly lines: readonly string[];
}

const limits: SpawnSyncOptions = { encoding: 'utf8', timeout: 120_000, maxBuffer: 2 ** 28 };

/** @param input - what stands on standard input */
export function runNscope(words: readonly string[], input = '', options: SpawnSyncOptions = {}): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], { ...limits, input, ...options });
  return toOutcome(words, status, String(stdout), String(stderr));
}

/** Runs the command for each of several command lines, one after the other in one process. */
export function runInTurn(runs: readonly (readonly string[])[]): Outcome[] {
  const { status, stdout, stderr } = spawnSync(process.execPath, [inTurn, '--version'], {
    ...limits,
    env: { ...process.env, NSCOPE_TEST_RUNS: JSON.stringify(runs) },
  });
  assert.equal(status, 0, String(stderr));
  const [outputs, notes] = [stdout, stderr].map((text) => String(text).split('\x1e').slice(1));
  const statuses = JSON.parse(outputs?.pop() ?? '[]') as number[];
  assert.equal(statuses.length, runs.length);
  return runs.map((words, i) => toOutcome(words, statuses[i] ?? null, outputs?.[i] ?? '', notes?.[i] ?? ''));
}

function toOutcome(words: readonly string[], status: number | null, stdout: string, stderr: string): Outcome {
  return { words, status, stdout, stderr, lines: stdout.split('\n').slice(0, -1) };
}
