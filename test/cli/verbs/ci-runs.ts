// Runs nscope ci, and reads what it reports.
import assert from 'node:assert/strict';
import type { Left } from '../../../src/analysis/leaks/left.ts';
import type { Coverage } from '../../../src/model/snapshot/schema.ts';
import { type Outcome, runNscope } from '../run-nscope.ts';

type Reported = Left & { readonly code: string; readonly name: string };

export interface CiAnswer {
  readonly leaks: readonly Reported[];
  readonly unknown: readonly Reported[];
  readonly others: readonly Reported[];
  readonly excused: readonly Reported[];
  readonly ignored: readonly Reported[];
  readonly begunAt: string;
  readonly remarks: readonly string[];
  readonly command: {
    readonly pid: number;
    readonly endedAt: string;
    readonly status?: number;
    readonly signal?: number;
  };
  readonly coverage: { readonly events: { readonly source: string; readonly lost: number }; readonly after: Coverage };
}

export interface CiRun extends Outcome {
  /** What it printed with --json, after what the command printed. */
  readonly answer: CiAnswer;
}

/** @param command - a script for sh */
export function runCi(options: readonly string[], command: string): CiRun {
  return readRun(runNscope(['ci', '--json', ...options, '--', 'sh', '-c', command]));
}

export function endCi(file: string, options: readonly string[] = []): CiRun {
  return readRun(runNscope(['ci', '--json', '--end', file, ...options]));
}

function readRun(outcome: Outcome): CiRun {
  const begin = outcome.lines.lastIndexOf('{');
  assert.ok(begin >= 0, `no report: ${outcome.stdout}${outcome.stderr}`);
  return { ...outcome, answer: JSON.parse(outcome.lines.slice(begin).join('\n')) as CiAnswer };
}

/** The one thing of a kind that is left behind. @throws AssertionError where there is none, or are several */
export function findOnly<K extends Left['kind']>(all: readonly Reported[], kind: K): Extract<Reported, { kind: K }> {
  const found = all.filter((left): left is Extract<Reported, { kind: K }> => left.kind === kind);
  assert.equal(found.length, 1, `of kind ${kind}: ${JSON.stringify(all)}`);
  return found[0] as Extract<Reported, { kind: K }>;
}

/** Ends processes that a command was to leave. */
export function endAll(pids: readonly number[]): void {
  for (const pid of pids)
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended already.
    }
}

/** A script that leaves a process behind, in what the words make, and has its PID in a file. */
export function leave(file: string, words: string): string {
  return `(setsid ${words} sh -c 'echo $$ >${file}; exec sleep 60 >/dev/null 2>&1' &) ; while [ ! -s ${file} ]; do sleep 0.05; done`;
}
