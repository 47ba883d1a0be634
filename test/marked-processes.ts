// Processes that are known by a word in their environment, which all that they start inherit.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** @param mark - `NAME=value`, as they were started with it. @returns those that have not ended */
export function listMarked(mark: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(mark);
    } catch {
      // It has ended, or is another user's.
      return false;
    }
  });
}

/** Waits for what comes about by itself. */
export async function waitUntil(what: string, holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 20_000; !holds(); await sleep(10)) assert.ok(Date.now() < deadline, what);
}
