// How long the calling thread has been on a processor: /proc/thread-self/schedstat:
// Documentation/scheduler/sched-stats.rst.
import { isKnown } from '../../model/snapshot/known.ts';
import { readClockMs } from '../files/clock.ts';
import { readTextFile } from '../files/files.ts';

/** Milliseconds, to subtract one from another; where the kernel does not count (CONFIG_SCHED_INFO), those of the clock. */
export function readThreadMs(): number {
  const text = readTextFile('/proc/thread-self/schedstat');
  const nanoseconds = isKnown(text) ? Number.parseInt(text, 10) : Number.NaN;
  return Number.isFinite(nanoseconds) ? nanoseconds / 1e6 : readClockMs();
}
