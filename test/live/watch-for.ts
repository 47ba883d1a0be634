// Reads a stream of events until it has told what a test waits for.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { collectSnapshot } from '../../src/collect/collect.ts';
import type { WatchOptions } from '../../src/live/events/watch-options.ts';
import { watch } from '../../src/live/watch/watch.ts';
import type { NamespaceEvent, StateElement } from '../../src/model/live/events.ts';
import { LiveState } from '../../src/model/live/live-state.ts';
import { wantEverything } from '../../src/model/snapshot/wanted.ts';

export interface Watched {
  readonly first: StateElement;
  readonly events: readonly NamespaceEvent[];
  /** When each event was read, in microseconds since 1970. */
  readonly readAtUs: readonly number[];
  /** The first state with all events applied. */
  readonly state: LiveState;
}

/** Waits until an event of this kind has come. @throws AssertionError when none comes */
export type Seen = (isIt: (event: NamespaceEvent) => boolean) => Promise<void>;

const seenMs = 60_000;

/**
 * Starts `act` once the state is there, and reads until it has ended and `settleMs` have passed. With `equal` the state must
 * then become that of a snapshot taken beside it.
 */
export async function watchWhile(
  options: WatchOptions,
  act: (seen: Seen) => Promise<unknown>,
  settleMs: number,
  equal = false,
): Promise<Watched> {
  const ending = new AbortController();
  const events: NamespaceEvent[] = [];
  const readAtUs: number[] = [];
  const seen: Seen = async (isIt) => {
    for (const deadline = Date.now() + seenMs; !events.some(isIt); ) {
      assert.ok(Date.now() < deadline, `no event told of it: ${isIt}`);
      await sleep(20);
    }
  };
  let first: StateElement | undefined;
  let state: LiveState | undefined;
  let acting: Promise<unknown> | undefined;
  for await (const element of watch({ processes: true, ...options, signal: ending.signal })) {
    if (element.event === 'state') {
      first ??= element;
      state = new LiveState(element.snapshot);
      acting ??= act(seen)
        .then(() => sleep(settleMs))
        .then(() => (equal && state ? becomeEqual(state) : undefined))
        .finally(() => ending.abort());
      continue;
    }
    readAtUs.push(wallClockUs());
    events.push(element);
    state?.apply(element);
  }
  await acting;
  assert.ok(first && state, 'the whole state came first');
  return { first, events, readAtUs, state };
}

export function wallClockUs(): number {
  return (performance.timeOrigin + performance.now()) * 1000;
}

/** A timestamp of an event in microseconds since 1970. */
export function parseTimestampUs(at: string): number {
  return Date.parse(`${at.slice(0, 23)}Z`) * 1000 + Number(at.slice(23, 26));
}

const becomeEqualMs = 60_000;

/** Other processes of the host come and go as well: for a moment the two may differ. */
async function becomeEqual(state: LiveState): Promise<void> {
  const deadline = Date.now() + becomeEqualMs;
  for (;;) {
    const differences = await compareWithSnapshot(state);
    if (differences.length === 0) return;
    assert.ok(Date.now() < deadline, `the state is not that of a snapshot:\n${differences.slice(0, 10).join('\n')}`);
  }
}

/**
 * What the state has and no snapshot before or after it has, and what both have and the state has not: what comes or goes
 * between the two does not count. The events until then are taken in between.
 */
async function compareWithSnapshot(state: LiveState): Promise<string[]> {
  const pick = (lines: readonly string[]) => new Set(lines.filter((line) => !isForeign(line)));
  const take = () => pick(new LiveState(collectSnapshot(wantEverything)).describe());
  const before = take();
  await sleep(500);
  const own = pick(state.describe());
  const after = take();
  assert.ok(own.size >= 8, 'something is compared');
  return [
    ...[...own].filter((line) => !before.has(line) && !after.has(line)).map((line) => `+ ${line}`),
    ...[...before].filter((line) => after.has(line) && !own.has(line)).map((line) => `- ${line}`),
  ];
}

/** Descriptors that other processes of the host open and close all the time. */
function isForeign(line: string): boolean {
  const [, pid] = / held: .*"pid":(\d+)/.exec(line) ?? [];
  return pid !== undefined && Number(pid) !== process.pid;
}
