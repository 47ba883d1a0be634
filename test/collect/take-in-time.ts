// Whole snapshots on a machine that may be busy: of mounts nscope waits for a second in all, then it asks no more.
import { setTimeout as sleep } from 'node:timers/promises';
import { collectSnapshot } from '../../src/collect/collect.ts';
import type { Snapshot } from '../../src/model/snapshot/schema.ts';
import type { Wanted } from '../../src/model/snapshot/wanted.ts';

/** After this nscope has as much time again: spanMs of src/kernel/files/stand-in.ts. */
const spanMs = 31_000;

/** A snapshot in which nothing was left out for want of time. @throws Error where the machine stays too busy */
export async function takeInTime(wanted: Wanted): Promise<Snapshot> {
  for (let attempt = 0; attempt < 4; attempt++) {
    const snapshot = collectSnapshot(wanted);
    if (!hasRunOut(snapshot)) return snapshot;
    await sleep(spanMs);
  }
  throw new Error(
    'in four snapshots file systems were not asked, for others took too long: is the machine overloaded?',
  );
}

export function hasRunOut({ coverage }: Snapshot): boolean {
  return coverage.sources.some(({ refusals }) => refusals.some(({ errno }) => errno === 'ETIMEDOUT'));
}
